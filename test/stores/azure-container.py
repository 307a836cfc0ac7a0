"""azure-container.py URL: makes a container in Azurite. URL is http://HOST:PORT/devstoreaccount1/CONTAINER; the key is the one that Azurite documents."""
import base64, datetime, hashlib, hmac, sys, urllib.parse, urllib.request

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
url = sys.argv[1]
path = urllib.parse.urlparse(url).path
account = path.split("/")[1]
now = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
version = "2021-08-06"
signed = "PUT" + "\n" * 12 + f"x-ms-date:{now}\nx-ms-version:{version}\n/{account}{path}\nrestype:container"
signature = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()).decode()
request = urllib.request.Request(url + "?restype=container", method="PUT", headers={
    "x-ms-date": now, "x-ms-version": version, "Authorization": f"SharedKey {account}:{signature}"})
request.add_header("Content-Length", "0")
print(urllib.request.urlopen(request).status)
