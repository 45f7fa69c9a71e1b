"""The server's half of a log-in with a My Number card. Needs only `cryptography` (38 or later).

Not checked is whether the certificate was revoked: only operators certified under the law may ask.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta, timezone
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, SignatureAlgorithmOID

# The policy of the authentication certificates on plastic cards. Without it a certificate of another kind would do.
CARD_POLICY = "1.2.392.200149.8.5.1.3.30"
NONCE_LIFETIME = timedelta(minutes=5)
MEMBERS = {"unverifiedCertificate", "algorithm", "signature", "format"}
SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
UNDERSTOOD = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}
# What `cryptography` raises where a certificate cannot be read; it reads some parts only when they are asked for.
UNREADABLE = (ValueError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class Refusal(Exception):
    """Why a token is not believed; the first argument is the reason, a word for programs."""


@dataclass(frozen=True)
class Settings:
    """What the server is configured with. Nothing of it comes from the browser."""

    origin: str  # as browsers write it: https://www.example.jp
    authorities: list  # x509.Certificate: JPKI's authorities for user authentication, every generation
    policies: tuple = (CARD_POLICY,)


def verify(body, nonce, nonce_issued, settings, now):
    """Returns the person's certificate. Take `nonce` out of the session before the call, so that it is used once."""
    if now > nonce_issued + NONCE_LIFETIME:
        raise Refusal("challenge_expired")
    token = parse(body)
    if token["format"] not in ("web-eid:1", "web-eid:1.0"):
        raise Refusal("token_format")
    if token["algorithm"] != "RS256":
        raise Refusal("token_algorithm")
    der = decode(token["unverifiedCertificate"], 5464)
    signature = decode(token["signature"], 684)
    try:
        certificate = check_certificate(der, settings, now)
    except UNREADABLE:
        raise Refusal("certificate_malformed") from None
    signed = sha256(settings.origin.encode()).digest() + sha256(nonce.encode()).digest()
    if not signed_by(certificate, signature, signed):
        raise Refusal("signature_mismatch")
    return certificate


def parse(body):
    try:
        token = json.loads(body)
    except ValueError:
        raise Refusal("token_malformed") from None
    if not isinstance(token, dict) or token.keys() - {"appVersion"} != MEMBERS:
        raise Refusal("token_malformed")
    if not all(isinstance(member, str) for member in token.values()):
        raise Refusal("token_malformed")
    return token


def decode(text, longest):
    try:
        decoded = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Refusal("token_encoding") from None
    # Python takes bits after the end, and more.
    if len(text) > longest or base64.b64encode(decoded).decode() != text:
        raise Refusal("token_encoding")
    return decoded


def check_certificate(der, settings, now):
    certificate = x509.load_der_x509_certificate(der)
    extensions = certificate.extensions
    if certificate.version != x509.Version.v3 or certificate.signature_algorithm_oid != SignatureAlgorithmOID.RSA_WITH_SHA256:
        raise Refusal("certificate_malformed")
    if not der.endswith(end_of(certificate.signature)):
        raise Refusal("certificate_malformed")
    constraints = find(extensions, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise Refusal("certificate_usage")
    issuer = issuer_of(certificate, settings.authorities)
    if not dates(issuer)[0] <= now <= dates(issuer)[1]:
        raise Refusal("issuer_dates")
    not_before, not_after = dates(certificate)
    if now < not_before:
        raise Refusal("certificate_not_yet")
    if now > not_after:
        raise Refusal("certificate_expired")
    if any(extension.critical and extension.oid not in UNDERSTOOD for extension in extensions):
        raise Refusal("certificate_extension")
    usage = find(extensions, x509.KeyUsage)
    # A signature certificate has nonRepudiation (content commitment) as well.
    if usage is None or not usage.digital_signature or usage.content_commitment or usage.key_cert_sign or usage.crl_sign:
        raise Refusal("certificate_usage")
    if ExtendedKeyUsageOID.CLIENT_AUTH not in (find(extensions, x509.ExtendedKeyUsage) or ()):
        raise Refusal("certificate_usage")
    policies = find(extensions, x509.CertificatePolicies) or ()
    if not any(policy.policy_identifier.dotted_string in settings.policies for policy in policies):
        raise Refusal("certificate_policy")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 4096:
        raise Refusal("certificate_key")
    return certificate


def end_of(signature):
    """The end of a certificate in DER. `cryptography` takes others, and the issuer's signature covers none: then one
    certificate could have many hashes."""
    return SHA256_WITH_RSA + b"\x03\x82" + (len(signature) + 1).to_bytes(2, "big") + b"\0" + signature


def issuer_of(certificate, authorities):
    """All generations of JPKI's authority have one name: the key identifier chooses, the signature proves."""
    named = find(certificate.extensions, x509.AuthorityKeyIdentifier)
    for authority in authorities:
        own = find(authority.extensions, x509.SubjectKeyIdentifier)
        if named is None or own is None or named.key_identifier != own.digest or certificate.issuer != authority.subject:
            continue
        if signed_by(authority, certificate.signature, certificate.tbs_certificate_bytes):
            return authority
    raise Refusal("certificate_issuer")


def signed_by(certificate, signature, message):
    try:
        certificate.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def find(extensions, kind):
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def dates(certificate):
    """The certificate's first and last second, in UTC; up to version 41 `cryptography` does not say so."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return tuple(date.replace(tzinfo=timezone.utc) for date in (certificate.not_valid_before, certificate.not_valid_after))
