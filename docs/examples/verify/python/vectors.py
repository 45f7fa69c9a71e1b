"""Prints the verdict on each vector of a file. Usage: vectors.py FILE"""

import base64
import json
import sys
from datetime import datetime

from cryptography import x509
from verify import Refusal, Settings, verify


def time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def verdict(vector, authorities):
    settings = Settings(vector["origin"], [authorities[name] for name in vector["trusted"]], tuple(vector["policies"]))
    try:
        verify(vector["token"], vector["nonce"], time(vector["nonceIssued"]), settings, time(vector["now"]))
    except Refusal as refusal:
        return refusal.args[0]
    return "accept"


with open(sys.argv[1], encoding="utf-8") as file:
    content = json.load(file)
authorities = {name: x509.load_der_x509_certificate(base64.b64decode(der)) for name, der in content["authorities"].items()}
for vector in content["vectors"]:
    print(vector["name"], verdict(vector, authorities))
