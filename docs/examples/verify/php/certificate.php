<?php

declare(strict_types=1);

require_once __DIR__ . '/der.php';

/** An X.509 v3 certificate signed with SHA-256 and RSA. PHP's own openssl_x509_parse() does not tell what is critical. */
final class Certificate
{
    // Bits of the key usage, counted from the left.
    public const DIGITAL_SIGNATURE = 0;
    public const NON_REPUDIATION = 1;
    public const KEY_CERT_SIGN = 5;
    public const CRL_SIGN = 6;
    public const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

    private const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

    public readonly string $der;
    /** What the issuer signed, and the issuer's signature. */
    public readonly string $signedPart;
    public readonly string $signature;
    /** Names, in DER. */
    public readonly string $issuer;
    public readonly string $subject;
    public readonly int $notBefore;
    public readonly int $notAfter;
    public readonly bool $isAuthority;
    /** @var string[] */
    public readonly array $critical;
    /** @var int[] */
    public readonly array $keyUsage;
    /** @var string[] */
    public readonly array $extendedKeyUsage;
    /** @var string[] */
    public readonly array $policies;
    public readonly ?string $authorityKeyId;
    public readonly ?string $subjectKeyId;
    private readonly OpenSSLAsymmetricKey $publicKey;

    /** @throws UnexpectedValueException */
    public function __construct(string $der)
    {
        $this->der = $der;
        [$signed, $algorithm, $signature] = Der::whole($der)->sequence(3, 3);
        $this->signedPart = $signed->bytes;
        $this->signature = $signature->bits();
        $fields = $signed->sequence(8);
        $fields[0]->bytes === "\xA0\x03\x02\x01\x02" or throw new UnexpectedValueException('not version 3');
        [, , $inside, $issuer, $validity, $subject, $key] = $fields;
        $isSha256 = $inside->bytes === $algorithm->bytes && $algorithm->sequence(1)[0]->oid() === self::SHA256_WITH_RSA;
        $isSha256 or throw new UnexpectedValueException('not signed with SHA-256 and RSA');
        [$this->issuer, $this->subject] = [$issuer->bytes, $subject->bytes];
        [$this->notBefore, $this->notAfter] = array_map(fn (Der $time) => $time->time(), $validity->sequence(2, 2));
        $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($key->bytes), 64, "\n") . "-----END PUBLIC KEY-----\n";
        $this->publicKey = openssl_pkey_get_public($pem) ?: throw new UnexpectedValueException('unknown key');
        $this->readExtensions(end($fields));
    }

    /** Whether this certificate's key made the signature (PKCS #1 v1.5 with SHA-256). */
    public function hasSigned(string $message, string $signature): bool
    {
        return openssl_verify($message, $signature, $this->publicKey, OPENSSL_ALGO_SHA256) === 1;
    }

    /** @return array{type: int, bits: int} */
    public function keyDetails(): array
    {
        return openssl_pkey_get_details($this->publicKey);
    }

    private function readExtensions(Der $field): void
    {
        $field->tag === 0xA3 or throw new UnexpectedValueException('no extensions');
        [$values, $critical] = [[], []];
        foreach (Der::whole($field->content)->sequence() as $extension) {
            $parts = $extension->sequence(2, 3);
            $oid = $parts[0]->oid();
            array_key_exists($oid, $values) and throw new UnexpectedValueException('an extension stands twice');
            $values[$oid] = Der::whole(end($parts)->octets());
            if (count($parts) === 3 && $parts[1]->content === "\xFF") {
                $critical[] = $oid;
            }
        }
        $this->critical = $critical;
        $constraints = isset($values['2.5.29.19']) ? $values['2.5.29.19']->sequence() : [];
        $this->isAuthority = $constraints !== [] && $constraints[0]->bytes === "\x01\x01\xFF";
        $this->keyUsage = isset($values['2.5.29.15']) ? $values['2.5.29.15']->bitPositions() : [];
        $this->extendedKeyUsage = array_map(fn (Der $usage) => $usage->oid(), isset($values['2.5.29.37']) ? $values['2.5.29.37']->sequence() : []);
        $this->policies = array_map(fn (Der $policy) => $policy->sequence(1)[0]->oid(), isset($values['2.5.29.32']) ? $values['2.5.29.32']->sequence() : []);
        $this->subjectKeyId = isset($values['2.5.29.14']) ? $values['2.5.29.14']->octets() : null;
        $named = isset($values['2.5.29.35']) ? $values['2.5.29.35']->sequence() : [];
        $this->authorityKeyId = $named !== [] && $named[0]->tag === 0x80 ? $named[0]->content : null;
    }
}
