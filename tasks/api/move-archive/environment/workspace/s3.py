"""A small client of the archive (S3): `keys()` and `get(key)`. What goes wrong on the way is an OSError."""

import os
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET


def _ask(path):
    # The store looks at who it is, and not at the signature.
    signed = "AWS4-HMAC-SHA256 Credential=archive/20240301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(os.environ["ARCHIVE_URL"] + path, headers={"Authorization": signed})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read()


def keys(prefix=""):
    """The names of all objects that begin so (up to a thousand)."""
    listed = _ask("?" + urllib.parse.urlencode({"list-type": 2, "prefix": prefix}))
    return [found.text for found in ET.fromstring(listed).iter() if found.tag.endswith("}Key")]


def get(key):
    """The content of an object, as bytes."""
    return _ask("/" + urllib.parse.quote(key))
