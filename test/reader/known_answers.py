#!/usr/bin/python3
"""Holds the reader against the known answers in docs/vault-format.md: `known_answers.py docs/vault-format.md`."""
import hashlib
import hmac
import os
import re
import struct
import sys
import tempfile
import unittest

import holdfast_reader as reader


def span(first, count):
    return bytes(range(first, first + count))


SECOND = span(0x80, 32)
MASTER, VAULT, SESSION, SOURCE, PACK = span(0, 32), span(0x10, 16), span(0x20, 16), span(0x30, 16), span(0x40, 32)
TEXT = (b"holdfast " * 8000)[:65536]
RECORD = b"sixteen bytes..."
ANSWERS = {}


class KnownVault(reader.Vault):
    """A vault with the known keys, and no folder but the one given."""

    def __init__(self, root):
        self.folder = reader.Folder(root)
        self.id = VAULT
        self.use([MASTER, SECOND])


class KnownAnswers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.vault = KnownVault(self.folder.name)

    def put(self, name, content):
        path = self.vault.folder.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def test_keys_are_derived_as_described(self):
        self.assertEqual(self.vault.chunk_key.hex(), ANSWERS["K_chunk"])
        self.assertEqual(self.vault.page_key.hex(), ANSWERS["K_page"])
        self.assertEqual(reader.hkdf(MASTER, VAULT, b"holdfast/config/v1").hex(), ANSWERS["K_config"])
        self.assertEqual(self.vault.data_keys[1].hex(), ANSWERS["K_data"])
        self.assertEqual(self.vault.data_keys[2].hex(), ANSWERS["K_data (epoch 2)"])

    def test_ids_are_made_as_described(self):
        self.assertEqual(hmac.new(self.vault.chunk_key, TEXT, hashlib.sha256).hexdigest(), ANSWERS["chunk id"])
        self.assertEqual(hmac.new(self.vault.page_key, TEXT[:16384], hashlib.sha256).hexdigest(), ANSWERS["page id"])

    def test_packs_open(self):
        for kind, word, id_key in ((1, "data", self.vault.chunk_key), (2, "map", self.vault.page_key)):
            head = b"HFPACK01" + struct.pack("<HBBI", 1, kind, 0, 1) + VAULT + PACK + SESSION
            content = (head + bytes.fromhex(ANSWERS[f"{word} pack header tag"]) + bytes.fromhex(ANSWERS[f"{word} record (ordinal 5)"])
                       + bytes.fromhex(ANSWERS[f"{word} footer and trailer"]))
            self.put(f"packs/{SESSION.hex()}/{PACK.hex()}", content)
            pack = reader.Pack(self.vault, SESSION.hex(), PACK.hex())
            self.assertEqual(pack.key.hex(), ANSWERS[f"{word} pack key"])
            (wanted, offset, record_bytes, plain_bytes), = pack.records
            self.assertEqual(wanted, hmac.new(id_key, RECORD, hashlib.sha256).digest())
            with open(pack.path, "rb") as file:
                self.assertEqual(pack.open_record(file, wanted, offset, record_bytes, plain_bytes), RECORD)
                with self.assertRaises(reader.VaultError):
                    pack.open_record(file, bytes(32), offset, record_bytes, plain_bytes)

    def test_sealed_objects_open_under_their_own_name_alone(self):
        name = f"points/{SOURCE.hex()}/{SESSION.hex()}"
        for word, label in (("point", 1), ("tombstone", 2), ("retention", 5), ("retired", 7)):
            content = bytes.fromhex(ANSWERS[f"sealed {word}"])
            self.put(name, content)
            self.put("points/other", content)
            self.assertEqual(self.vault.open_object(name, [label]), (label, b"{}"))
            with self.assertRaises(reader.VaultError):
                self.vault.open_object("points/other", [label])

    def test_key_slots_open(self):
        for word, kind, secret in (
                ("passphrase", 1, b"correct horse"), ("recovery key", 2, reader.recovery_secret(ANSWERS["recovery key"])),
                ("key file", 3, span(0xC0, 32))):
            keyset = b"HFKEYSET" + struct.pack("<HH", 1, 1) + VAULT + bytes.fromhex(ANSWERS[f"slot {word}"])
            keyset += hashlib.sha256(keyset).digest()
            self.assertEqual(reader.master_key(keyset, VAULT, kind, secret), MASTER)
            with self.assertRaises(reader.VaultError):
                reader.master_key(keyset, VAULT, kind, secret + b"!")

    def test_older_master_keys_open_with_the_newest(self):
        slots = b"HFKEYSET" + struct.pack("<HH", 2, 1) + VAULT + bytes.fromhex(ANSWERS["slot key file"])
        keyset = slots + struct.pack("<I", 1) + bytes.fromhex(ANSWERS["older master key (epoch 1)"])
        keyset += hashlib.sha256(keyset).digest()
        self.assertEqual(reader.master_key(keyset, VAULT, 3, span(0xC0, 32)), MASTER)
        self.assertEqual(reader.all_masters(keyset, VAULT, SECOND), [MASTER, SECOND])
        with self.assertRaises(reader.VaultError):
            reader.all_masters(keyset, VAULT, MASTER)

    def test_objects_of_the_second_epoch_open(self):
        name = f"points/{SOURCE.hex()}/{SESSION.hex()}"
        self.put(name, bytes.fromhex(ANSWERS["sealed point (epoch 2)"]))
        self.assertEqual(self.vault.open_object(name, [1]), (1, b"{}"))
        self.vault.use([MASTER])
        with self.assertRaises(reader.VaultError):
            self.vault.open_object(name, [1])

    def test_the_recovery_key_is_read_as_people_write_it(self):
        self.assertEqual(reader.recovery_secret(ANSWERS["recovery key"]), span(0xA0, 20))
        sloppy = ANSWERS["recovery key"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
        self.assertEqual(reader.recovery_secret(sloppy), span(0xA0, 20))
        with self.assertRaises(reader.VaultError):
            reader.recovery_secret("N" + ANSWERS["recovery key"][1:])


if __name__ == "__main__":
    with open(sys.argv.pop(1), encoding="utf-8") as page:
        known = page.read().split("## 13.")[1].split("```")[1]
    ANSWERS.update(re.findall(r"(?m)^([^:\n]+): (\S+)$", known))
    unittest.main()
