#!/usr/bin/python3
"""An independent reader of Holdfast vaults, written from docs/vault-format.md alone.

    holdfast_reader.py list    VAULT (--passphrase-file FILE | --recovery-key-file FILE)
    holdfast_reader.py restore VAULT (--passphrase-file FILE | --recovery-key-file FILE) POINT DISK OUTPUT

Lists the recovery points as JSON, or writes one disk of a point to a new raw file. It reads footers, never the index, so that the tests
also show that the index is no more than a cache. It is a second implementation to hold the first one against, not a tool for daily use.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import struct
import sys

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ZERO_ID = bytes(32)
PAGE_IDS = 512
PAGE_BYTES = PAGE_IDS * 32
PIECE_BYTES = 1 << 20
PLAIN_BYTES_MAX = 4 << 20
RECORDS_MAX = 1 << 20
KIND_DATA, KIND_MAP = 1, 2
HEADER_BYTES, RECORD_HEAD, TAG = 96, 16, 16
HEADER_ORDINAL, FOOTER_ORDINAL = 0xFFFFFFFE, 0xFFFFFFFF
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PACK_LABELS = {KIND_DATA: b"holdfast/pack/v1", KIND_MAP: b"holdfast/map-pack/v1"}
POINT, TOMBSTONE, RETENTION, RETIRED = 1, 2, 5, 7
LABELS = {POINT: b"holdfast/point/v1", TOMBSTONE: b"holdfast/tombstone/v1", RETENTION: b"holdfast/retention/v1", RETIRED: b"holdfast/retired/v1"}
FEATURES = {"key-epochs"}  # of those that reading may need, the ones that this reader has
ID16 = re.compile(r"[0-9a-f]{32}")
ID32 = re.compile(r"[0-9a-f]{64}")
GENERATION = re.compile(r"([0-9a-f]{8})(\.[ab])?")


class VaultError(Exception):
    """The vault isn't as the format says, or the key is another one's."""


def need(condition, what):
    if not condition:
        raise VaultError(what)


def hkdf(ikm, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(ikm)


def unseal(key, nonce, sealed, aad, what):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise VaultError(f"{what}: its seal doesn't hold") from None


def nonce_of(ordinal):
    return struct.pack("<I", ordinal) + bytes(8)


class Folder:
    """The vault's objects as files. Entries that begin with a dot are no objects."""

    def __init__(self, root):
        self.root = root

    def names(self, *parts):
        try:
            return sorted(n for n in os.listdir(os.path.join(self.root, *parts)) if not n.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def path(self, name):
        return os.path.join(self.root, *name.split("/"))

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def generational(self, prefix, intact):
        """Of the copies under a prefix, the first intact one of the highest generation that has any."""
        found = [n for n in self.names(*prefix.split("/")) if (m := GENERATION.fullmatch(n)) and m[2] and m[1] != "00000000"]
        for generation in sorted({n[:8] for n in found}, reverse=True):
            for copy in (generation + ".a", generation + ".b"):
                if copy in found:
                    content = self.read(f"{prefix}/{copy}")
                    if intact(content):
                        return content
        raise VaultError(f"{prefix}: no intact copy")


def recovery_secret(text):
    digits = re.sub(r"[\s-]", "", text).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    need(len(digits) == 36 and all(d in BASE32 for d in digits), "that is no recovery key")
    number = 0
    for digit in digits:
        number = number << 5 | BASE32.index(digit)
    secret = (number >> 20).to_bytes(20, "big")
    check = hashlib.sha256(b"holdfast/recovery-key/v1" + secret).digest()
    need(int.from_bytes(check[:3], "big") >> 4 == number & 0xFFFFF, "the recovery key has a typing error")
    return secret


def older_masters(keyset):
    """The sealed master keys of older epochs, which stand behind the slots of a version 2 set; the first epoch's first."""
    if struct.unpack_from("<H", keyset, 8)[0] != 2:
        return []
    at = 28
    for _ in range(struct.unpack_from("<H", keyset, 10)[0]):
        need(at + 68 <= len(keyset), "key slots: cut short")
        at += 68 + struct.unpack_from("<H", keyset, at + 18)[0] + 48
    end = len(keyset) - 32
    need(at + 4 <= end, "key slots: cut short")
    count, = struct.unpack_from("<I", keyset, at)
    need(1 <= count <= 250 and at + 4 + 48 * count == end, "key slots: odd number of older keys")
    return [keyset[at + 4 + 48 * i:at + 52 + 48 * i] for i in range(count)]


def all_masters(keyset, vault, newest):
    """The master keys of all epochs, the first first."""
    older = older_masters(keyset)
    found = []
    for epoch, sealed in enumerate(older, 1):
        key = hkdf(newest, vault, b"holdfast/older-master/v1" + struct.pack("<I", epoch))
        aad = b"HFOLDKEY" + vault + struct.pack("<II", epoch, len(older) + 1)
        found.append(unseal(key, bytes(12), sealed, aad, f"the key of epoch {epoch}"))
    return found + [newest]


def slots_of(keyset, vault):
    """Slots as (kind, derivation, iterations, salt, first 68 bytes, label, sealed master key)."""
    need(len(keyset) >= 60 and keyset[:8] == b"HFKEYSET", "key slots: wrong magic")
    version, count = struct.unpack_from("<HH", keyset, 8)
    need(version in (1, 2) and count <= 64 and keyset[12:28] == vault, "key slots: not this vault's version 1 or 2")
    at, end = 28, len(keyset) - 32 - (4 + 48 * len(older_masters(keyset)) if version == 2 else 0)
    for _ in range(count):
        need(at + 68 <= end, "key slots: cut short")
        head = keyset[at:at + 68]
        kind, derivation, label_bytes, iterations = struct.unpack_from("<BBHI", head, 16)
        need(label_bytes <= 200 and at + 68 + label_bytes + 48 <= end, "key slots: cut short")
        label = keyset[at + 68:at + 68 + label_bytes]
        at += 68 + label_bytes
        yield kind, derivation, iterations, head[32:64], head, label, keyset[at:at + 48]
        at += 48
    need(at == end, "key slots: something behind the last one")


def master_key(keyset, vault, kind, secret):
    for slot_kind, derivation, iterations, salt, head, label, sealed in slots_of(keyset, vault):
        if slot_kind != kind:
            continue
        if derivation == 1:
            need(kind == 1 and 10_000 <= iterations <= 10_000_000, "key slot: iterations out of range")
            ikm = hashlib.pbkdf2_hmac("sha512", secret, salt, iterations, 32)
        else:
            need(derivation == 2 and kind != 1 and iterations == 0, "key slot: unknown derivation")
            ikm = secret
        key = hkdf(ikm, salt, b"holdfast/key-slot/v1" + vault + head[:16])
        try:
            return AESGCM(key).decrypt(bytes(12), sealed, b"HFKEYSLT" + vault + head + label)
        except InvalidTag:
            continue
    raise VaultError("no key slot opens with this key")


def config_intact(content):
    lines = content.split(b"\n")
    return len(lines) == 4 and lines[3] == b"" and lines[2].decode("ascii", "replace") == hashlib.sha256(lines[0]).hexdigest()


class Pack:
    """A pack: its header checked, its footer read."""

    def __init__(self, vault, session, name):
        self.vault, self.name, self.id = vault, f"packs/{session}/{name}", bytes.fromhex(name)
        self.path = vault.folder.path(self.name)
        with open(self.path, "rb") as file:
            length = os.fstat(file.fileno()).st_size
            need(length >= HEADER_BYTES + 2 * TAG, f"{self.name}: too short")
            header = file.read(HEADER_BYTES)
            magic, version, self.kind, zero, epoch = struct.unpack_from("<8sHBBI", header)
            need(magic == b"HFPACK01" and version == 1 and zero == 0 and epoch in vault.data_keys, f"{self.name}: unknown header")
            need(self.kind in PACK_LABELS, f"{self.name}: unknown kind")
            need(header[16:32] == vault.id and header[32:64] == self.id and header[64:80] == bytes.fromhex(session),
                 f"{self.name}: another pack's header")
            self.key = hkdf(vault.data_keys[epoch], self.id, PACK_LABELS[self.kind] + vault.id + struct.pack("<I", epoch))
            unseal(self.key, nonce_of(HEADER_ORDINAL), header[80:], header[:80], f"{self.name}: header")
            self.records = self._footer(file, length)

    def _footer(self, file, length):
        file.seek(length - 16)
        count, plain_bytes, magic = struct.unpack("<II8s", file.read(16))
        need(magic == b"HFPACKND" and count <= RECORDS_MAX and plain_bytes == 44 * count, f"{self.name}: bad trailer")
        offset = length - 16 - TAG - plain_bytes
        need(HEADER_BYTES <= offset <= 0xFFFFFFFF, f"{self.name}: bad trailer")
        file.seek(offset)
        sealed = file.read(plain_bytes + TAG)
        aad = b"HFFT" + struct.pack("<HBB", 1, self.kind, 0) + self.vault.id + self.id + struct.pack("<III", count, offset, plain_bytes)
        footer = unseal(self.key, nonce_of(FOOTER_ORDINAL), sealed, aad, f"{self.name}: footer")
        return [(footer[i:i + 32], *struct.unpack_from("<III", footer, i + 32)) for i in range(0, plain_bytes, 44)]

    def open_record(self, file, wanted, offset, record_bytes, plain_bytes):
        file.seek(offset)
        record = file.read(record_bytes)
        need(len(record) == record_bytes >= RECORD_HEAD + TAG, f"{self.name}: cut short")
        ordinal, plain, stored, compression, zeros = struct.unpack_from("<IIIB3s", record)
        need(plain == plain_bytes <= PLAIN_BYTES_MAX and stored == record_bytes - 32 and zeros == bytes(3), f"{self.name}: odd record")
        aad = (b"HFRC" + struct.pack("<HBB", 1, self.kind, compression) + self.vault.id + self.id + struct.pack("<I", ordinal)
               + wanted + struct.pack("<II", plain, stored))
        need(len(aad) == 100, "a record's AAD has 100 bytes")
        data = unseal(self.key, nonce_of(ordinal), record[RECORD_HEAD:], aad, f"{self.name}: record {ordinal}")
        if compression == 1:
            frame = zstandard.get_frame_parameters(data)
            need(frame.content_size in (plain, zstandard.CONTENTSIZE_UNKNOWN), f"{self.name}: odd frame")
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=plain)
        else:
            need(compression == 0, f"{self.name}: unknown compression")
        need(len(data) == plain, f"{self.name}: odd length")
        return data


class Vault:
    """A vault, opened with a key."""

    def __init__(self, root, kind, secret):
        self.folder = Folder(root)
        line = self.folder.generational("config", config_intact).split(b"\n")[0]
        description = json.loads(line)
        need(description["format"] == "holdfast-vault" and description["version"] == 1, "not a version 1 vault")
        need(FEATURES.issuperset(description["features"]["read"]), "reading this vault needs features that this reader lacks")
        self.id = bytes.fromhex(description["vault"])
        keyset = self.folder.generational(
            f"keys/{description['vault']}", lambda c: len(c) >= 60 and hashlib.sha256(c[:-32]).digest() == c[-32:])
        masters = all_masters(keyset, self.id, master_key(keyset, self.id, kind, secret))
        config_key = hkdf(masters[-1], self.id, b"holdfast/config/v1")

        def vouched_for(content):
            text, mac, *_ = content.split(b"\n")
            return config_intact(content) and hmac.compare_digest(hmac.new(config_key, text, hashlib.sha256).hexdigest().encode(), mac)

        description = json.loads(self.folder.generational("config", vouched_for).split(b"\n")[0])
        need(FEATURES.issuperset(description["features"]["read"]), "reading this vault needs features that this reader lacks")
        self.use(masters)
        self.places = None
        self.files = {}

    def use(self, masters):
        """Derives the keys: ids by the first epoch's master key, data by each epoch's own."""
        self.chunk_key = hkdf(masters[0], self.id, b"holdfast/chunk-id/v1")
        self.page_key = hkdf(masters[0], self.id, b"holdfast/page-id/v1")
        self.data_keys = {e: hkdf(m, self.id, b"holdfast/data/v1" + struct.pack("<I", e)) for e, m in enumerate(masters, 1)}

    def open_object(self, name, labels):
        """The label and the plaintext of a sealed object."""
        content = self.folder.read(name)
        need(len(content) >= 88, f"{name}: too short")
        magic, version, label, epoch = struct.unpack_from("<8sHHI", content)
        length, = struct.unpack_from("<Q", content, 64)
        need(magic == b"HFSEALED" and version == 1 and epoch in self.data_keys and content[16:32] == self.id, f"{name}: unknown header")
        need(label in labels and length == len(content) - 88, f"{name}: unexpected label or length")
        key = hkdf(self.data_keys[epoch], content[32:64], LABELS[label] + self.id + struct.pack("<I", epoch))
        return label, unseal(key, bytes(12), content[72:], content[:72] + name.encode("ascii"), name)

    def is_being_deleted(self, source, point):
        marks = [m for m in self.folder.names("retention", source, point) if (g := GENERATION.fullmatch(m)) and not g[2]]
        if not marks:
            return False
        try:
            return json.loads(self.open_object(f"retention/{source}/{point}/{marks[-1]}", [RETENTION])[1]).get("deleting") is True
        except VaultError:
            return False  # a mark that can't be opened keeps the point

    def points(self):
        for source in filter(ID16.fullmatch, self.folder.names("points")):
            for name in filter(ID16.fullmatch, self.folder.names("points", source)):
                label, plain = self.open_object(f"points/{source}/{name}", [POINT, TOMBSTONE])
                if label == TOMBSTONE or self.is_being_deleted(source, name):
                    continue
                point = json.loads(plain)
                need(point["format"] == "holdfast-point" and point["version"] == 1, f"points/{source}/{name}: unknown version")
                need((point["vault"], point["source"], point["point"]) == (self.id.hex(), source, name), "a point under another's name")
                yield point

    def committed_sessions(self):
        found = set()
        for source in filter(ID16.fullmatch, self.folder.names("points")):
            for name in filter(ID16.fullmatch, self.folder.names("points", source)):
                if self.open_object(f"points/{source}/{name}", [POINT, TOMBSTONE])[0] == POINT:
                    found.add(name)
        for source in filter(ID16.fullmatch, self.folder.names("retired")):
            found.update(filter(ID16.fullmatch, self.folder.names("retired", source)))
        return found

    def load_places(self):
        """Where each id lies, from the packs' own footers. A pack that can't be read is left out: others may hold the same chunks."""
        self.places = {}
        for session in sorted(self.committed_sessions()):
            for name in filter(ID32.fullmatch, self.folder.names("packs", session)):
                try:
                    pack = Pack(self, session, name)
                except VaultError as damage:
                    print(f"left out: {damage}", file=sys.stderr)
                    continue
                for wanted, offset, record_bytes, plain_bytes in pack.records:
                    self.places.setdefault((pack.kind, wanted), []).append((pack, offset, record_bytes, plain_bytes))

    def fetch(self, kind, wanted, plain_bytes):
        """The plaintext with an id, from any record that opens."""
        if self.places is None:
            self.load_places()
        damage = VaultError(f"{wanted.hex()}: no pack has it")
        for pack, offset, record_bytes, footer_plain in self.places.get((kind, wanted), []):
            try:
                need(footer_plain == plain_bytes, f"{wanted.hex()}: unexpected length")
                file = self.files.get(pack.path) or self.files.setdefault(pack.path, open(pack.path, "rb"))
                data = pack.open_record(file, wanted, offset, record_bytes, plain_bytes)
                key = self.chunk_key if kind == KIND_DATA else self.page_key
                need(hmac.compare_digest(hmac.new(key, data, hashlib.sha256).digest(), wanted), f"{wanted.hex()}: other content")
                return data
            except VaultError as e:
                damage = e
        raise damage

    def chunk_ids(self, root, level, first, count):
        """(chunk number, id) below a page, without chunks of zeros."""
        if root == ZERO_ID:
            return
        page = self.fetch(KIND_MAP, root, PAGE_BYTES)
        span = PAGE_IDS ** level
        for i in range(PAGE_IDS):
            entry = page[32 * i:32 * i + 32]
            number = first + i * span
            if number >= count:
                need(entry == ZERO_ID, "the map has entries behind the disk's end")
            elif level == 0:
                if entry != ZERO_ID:
                    yield number, entry
            else:
                yield from self.chunk_ids(entry, level - 1, number, count)

    def restore(self, disk, output):
        size, chunk_bytes = disk["sizeBytes"], disk["chunkSizeBytes"]
        need(0 <= size <= 1 << 50 and 1 << 16 <= chunk_bytes <= 1 << 22 and chunk_bytes & chunk_bytes - 1 == 0, "disk: odd sizes")
        count = -(-size // chunk_bytes)
        levels = 1
        while PAGE_IDS ** levels < count:
            levels += 1
        with open(output, "xb") as target:
            target.truncate(size)
            for number, wanted in self.chunk_ids(bytes.fromhex(disk["mapRoot"]), levels - 1, 0, count):
                data = self.fetch(KIND_DATA, wanted, chunk_bytes)
                offset = number * chunk_bytes
                need(not any(data[size - offset:]), "the last chunk isn't padded with zeros")
                target.seek(offset)
                target.write(data[:size - offset])

    def attachment(self, attachment):
        rest, parts = attachment["sizeBytes"], []
        for wanted in attachment["chunks"]:
            parts.append(self.fetch(KIND_DATA, bytes.fromhex(wanted), min(PIECE_BYTES, rest)))
            rest -= len(parts[-1])
        need(rest == 0, "attachment: odd length")
        return b"".join(parts)


def describe(vault, point):
    return {
        "point": point["point"], "source": point["source"], "createdUtc": point["createdUtc"],
        "disks": [{"name": d["name"], "sizeBytes": d["sizeBytes"]} for d in point["disks"]],
        "attachments": {a["name"]: hashlib.sha256(vault.attachment(a)).hexdigest() for a in point["attachments"]},
        "properties": json.loads(base64.b64decode(point["properties"])),
    }


def main():
    parser = argparse.ArgumentParser(description="Reads a Holdfast vault.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("list", "restore"):
        command = commands.add_parser(name)
        command.add_argument("vault")
        key = command.add_mutually_exclusive_group(required=True)
        key.add_argument("--passphrase-file")
        key.add_argument("--recovery-key-file")
        if name == "restore":
            command.add_argument("point")
            command.add_argument("disk")
            command.add_argument("output")
    options = parser.parse_args()
    with open(options.passphrase_file or options.recovery_key_file, encoding="utf-8") as file:
        text = file.read().strip() if options.recovery_key_file else file.read().rstrip("\r\n")
    kind, secret = (2, recovery_secret(text)) if options.recovery_key_file else (1, text.encode("utf-8"))
    try:
        vault = Vault(options.vault, kind, secret)
        if options.command == "list":
            points = sorted(vault.points(), key=lambda p: p["createdUtc"])
            json.dump({"points": [describe(vault, p) for p in points]}, sys.stdout)
            return 0
        point = next((p for p in vault.points() if p["point"] == options.point), None)
        need(point is not None, "no such point")
        disk = next((d for d in point["disks"] if d["name"] == options.disk), None)
        need(disk is not None, "no such disk in the point")
        vault.restore(disk, options.output)
        return 0
    except VaultError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
