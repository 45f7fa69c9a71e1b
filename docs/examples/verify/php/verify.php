<?php

/**
 * The server's half of a log-in with a My Number card. Needs PHP 8.1 or later with its extension openssl.
 *
 * Not checked is whether the certificate was revoked: only operators certified under the law may ask.
 */

declare(strict_types=1);

require_once __DIR__ . '/certificate.php';

/** Why a token is not believed; the message is the reason, a word for programs. */
final class Refusal extends Exception
{
}

/** What the server is configured with. Nothing of it comes from the browser. */
final class Settings
{
    /** The policy of the authentication certificates on plastic cards. Without it a certificate of another kind would do. */
    public const CARD_POLICY = '1.2.392.200149.8.5.1.3.30';

    /**
     * @param string $origin as browsers write it: https://www.example.jp
     * @param Certificate[] $authorities JPKI's authorities for user authentication, every generation
     * @param string[] $policies
     */
    public function __construct(
        public readonly string $origin,
        public readonly array $authorities,
        public readonly array $policies = [self::CARD_POLICY],
    ) {
    }
}

const NONCE_LIFETIME = 300;

/** What is understood where it is critical: key usage, extended key usage, basic constraints, policies, subject's alternative name. */
const UNDERSTOOD = ['2.5.29.15', '2.5.29.37', '2.5.29.19', '2.5.29.32', '2.5.29.17'];

/**
 * Returns the person's certificate. Take the nonce out of the session before the call, so that it is used once.
 * Times are in seconds since 1970.
 *
 * @throws Refusal
 */
function verify(string $body, string $nonce, int $nonceIssued, Settings $settings, int $now): Certificate
{
    $now <= $nonceIssued + NONCE_LIFETIME or throw new Refusal('challenge_expired');
    $token = parse($body);
    in_array($token['format'], ['web-eid:1', 'web-eid:1.0'], true) or throw new Refusal('token_format');
    $token['algorithm'] === 'RS256' or throw new Refusal('token_algorithm');
    $der = decode($token['unverifiedCertificate'], 5464);
    $signature = decode($token['signature'], 684);
    $certificate = checkCertificate($der, $settings, $now);
    $signed = hash('sha256', $settings->origin, true) . hash('sha256', $nonce, true);
    $certificate->hasSigned($signed, $signature) or throw new Refusal('signature_mismatch');
    return $certificate;
}

/** @return array<string, string> */
function parse(string $body): array
{
    $token = json_decode($body);
    $token instanceof stdClass or throw new Refusal('token_malformed');
    $token = (array) $token;
    $names = array_diff(array_keys($token), ['appVersion']);
    sort($names);
    $names === ['algorithm', 'format', 'signature', 'unverifiedCertificate'] or throw new Refusal('token_malformed');
    array_filter($token, 'is_string') === $token or throw new Refusal('token_malformed');
    return $token;
}

function decode(string $text, int $longest): string
{
    $decoded = base64_decode($text, true);
    // Even strict decoding skips white space and takes text without padding.
    $strict = $decoded !== false && strlen($text) <= $longest && base64_encode($decoded) === $text;
    return $strict ? $decoded : throw new Refusal('token_encoding');
}

function checkCertificate(string $der, Settings $settings, int $now): Certificate
{
    try {
        $certificate = new Certificate($der);
    } catch (UnexpectedValueException) {
        throw new Refusal('certificate_malformed');
    }
    $certificate->isAuthority and throw new Refusal('certificate_usage');
    $issuer = issuerOf($certificate, $settings->authorities);
    $now >= $issuer->notBefore && $now <= $issuer->notAfter or throw new Refusal('issuer_dates');
    $now >= $certificate->notBefore or throw new Refusal('certificate_not_yet');
    $now <= $certificate->notAfter or throw new Refusal('certificate_expired');
    array_diff($certificate->critical, UNDERSTOOD) === [] or throw new Refusal('certificate_extension');
    // A signature certificate has nonRepudiation as well, and no extended key usage.
    $usages = array_intersect($certificate->keyUsage, [Certificate::DIGITAL_SIGNATURE, Certificate::NON_REPUDIATION, Certificate::KEY_CERT_SIGN, Certificate::CRL_SIGN]);
    $usages === [Certificate::DIGITAL_SIGNATURE] or throw new Refusal('certificate_usage');
    in_array(Certificate::CLIENT_AUTHENTICATION, $certificate->extendedKeyUsage, true) or throw new Refusal('certificate_usage');
    array_intersect($certificate->policies, $settings->policies) !== [] or throw new Refusal('certificate_policy');
    $key = $certificate->keyDetails();
    $isRsa = $key['type'] === OPENSSL_KEYTYPE_RSA && $key['bits'] >= 2048 && $key['bits'] <= 4096;
    return $isRsa ? $certificate : throw new Refusal('certificate_key');
}

/**
 * All generations of JPKI's authority have one name: the key identifier chooses, the signature proves.
 *
 * @param Certificate[] $authorities
 */
function issuerOf(Certificate $certificate, array $authorities): Certificate
{
    foreach ($authorities as $authority) {
        if (
            $certificate->authorityKeyId !== null
            && $certificate->authorityKeyId === $authority->subjectKeyId
            && $certificate->issuer === $authority->subject
            && $authority->hasSigned($certificate->signedPart, $certificate->signature)
        ) {
            return $authority;
        }
    }
    throw new Refusal('certificate_issuer');
}
