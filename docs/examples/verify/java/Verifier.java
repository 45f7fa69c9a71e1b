import java.io.ByteArrayInputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The server's half of a log-in with a My Number card, with Java's own library (17 or later) alone.
 *
 * <p>Not checked is whether the certificate was revoked: only operators certified under the law may ask.
 *
 * @param origin as browsers write it: https://www.example.jp
 * @param authorities JPKI's authorities for user authentication, every generation
 * @param policies the certificate policies that are taken: {@link #CARD_POLICY}
 */
record Verifier(String origin, List<X509Certificate> authorities, Set<String> policies) {
    /** The policy of the authentication certificates on plastic cards. Without it a certificate of another kind would do. */
    static final String CARD_POLICY = "1.2.392.200149.8.5.1.3.30";

    private static final Duration NONCE_LIFETIME = Duration.ofMinutes(5);
    private static final Set<String> MEMBERS = Set.of("unverifiedCertificate", "algorithm", "signature", "format");
    private static final String SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";

    /** SEQUENCE { sha256WithRSAEncryption, NULL } */
    private static final byte[] SIGNATURE_ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d01010b0500");

    /** Key usage, extended key usage, basic constraints, policies, alternative name of the subject. */
    private static final Set<String> UNDERSTOOD = Set.of("2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.32", "2.5.29.17");

    /** Why a token is not believed; the message is the reason, a word for programs. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String reason) {
            super(reason);
        }
    }

    /**
     * Returns the person's certificate. Take the nonce out of the session before the call, so that it is used once.
     *
     * @param token the JSON object that the page posted; null where it posted something else
     */
    X509Certificate verify(Map<String, ?> token, String nonce, Instant nonceIssued, Instant now) throws Refusal {
        require(!now.isAfter(nonceIssued.plus(NONCE_LIFETIME)), "challenge_expired");
        require(isToken(token), "token_malformed");
        require(Set.of("web-eid:1", "web-eid:1.0").contains(token.get("format")), "token_format");
        require(token.get("algorithm").equals("RS256"), "token_algorithm");
        byte[] der = decode((String) token.get("unverifiedCertificate"), 5464);
        byte[] signature = decode((String) token.get("signature"), 684);
        X509Certificate certificate = parse(der);
        check(certificate, now);
        byte[] signed = ByteBuffer.allocate(64).put(sha256(origin)).put(sha256(nonce)).array();
        require(hasSigned(certificate, signed, signature), "signature_mismatch");
        return certificate;
    }

    private static boolean isToken(Map<String, ?> token) {
        if (token == null || !token.values().stream().allMatch(String.class::isInstance)) {
            return false;
        }
        Set<String> names = new HashSet<>(token.keySet());
        names.remove("appVersion");
        return names.equals(MEMBERS);
    }

    private static byte[] decode(String text, int longest) throws Refusal {
        require(text.length() <= longest, "token_encoding");
        try {
            byte[] decoded = Base64.getDecoder().decode(text);
            // Java takes text without padding.
            require(Base64.getEncoder().encodeToString(decoded).equals(text), "token_encoding");
            return decoded;
        } catch (IllegalArgumentException e) {
            throw new Refusal("token_encoding");
        }
    }

    private static X509Certificate parse(byte[] der) throws Refusal {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
            // The factory takes PEM too, and leaves what follows.
            require(Arrays.equals(certificate.getEncoded(), der), "certificate_malformed");
            require(certificate.getVersion() == 3, "certificate_malformed");
            require(certificate.getSigAlgOID().equals(SHA256_WITH_RSA), "certificate_malformed");
            require(endsWith(der, endOf(certificate.getSignature())), "certificate_malformed");
            return certificate;
        } catch (CertificateException e) {
            throw new Refusal("certificate_malformed");
        }
    }

    /**
     * The end of a certificate in DER. Java takes others, and the issuer's signature covers none: then one certificate could
     * have many hashes.
     */
    private static byte[] endOf(byte[] signature) {
        return ByteBuffer.allocate(SIGNATURE_ALGORITHM.length + 5 + signature.length)
            .put(SIGNATURE_ALGORITHM)
            .putShort((short) 0x0382)
            .putShort((short) (signature.length + 1))
            .put((byte) 0)
            .put(signature)
            .array();
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        int start = bytes.length - end.length;
        return start >= 0 && Arrays.equals(bytes, start, bytes.length, end, 0, end.length);
    }

    private void check(X509Certificate certificate, Instant now) throws Refusal {
        require(certificate.getBasicConstraints() == -1, "certificate_usage");
        X509Certificate issuer = issuerOf(certificate);
        require(!isBefore(issuer, now) && !isAfter(issuer, now), "issuer_dates");
        require(!isBefore(certificate, now), "certificate_not_yet");
        require(!isAfter(certificate, now), "certificate_expired");
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        require(critical == null || UNDERSTOOD.containsAll(critical), "certificate_extension");
        require(isForAuthentication(certificate), "certificate_usage");
        require(hasPolicy(certificate), "certificate_policy");
        boolean isRsa = certificate.getPublicKey() instanceof RSAPublicKey key
            && key.getAlgorithm().equals("RSA")
            && key.getModulus().bitLength() >= 2048
            && key.getModulus().bitLength() <= 4096;
        require(isRsa, "certificate_key");
    }

    /** All generations of JPKI's authority have one name: the key identifier chooses, the signature proves. */
    private X509Certificate issuerOf(X509Certificate certificate) throws Refusal {
        byte[] named = keyIdentifier(certificate, AUTHORITY_KEY_IDENTIFIER);
        for (X509Certificate authority : authorities) {
            if (named == null
                || !Arrays.equals(named, keyIdentifier(authority, SUBJECT_KEY_IDENTIFIER))
                || !certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
                continue;
            }
            try {
                certificate.verify(authority.getPublicKey());
                return authority;
            } catch (GeneralSecurityException e) {
                // Another authority may have the same name and identifier.
            }
        }
        throw new Refusal("certificate_issuer");
    }

    private static boolean isBefore(X509Certificate certificate, Instant now) {
        return now.isBefore(certificate.getNotBefore().toInstant());
    }

    private static boolean isAfter(X509Certificate certificate, Instant now) {
        return now.isAfter(certificate.getNotAfter().toInstant());
    }

    /** A signature certificate has nonRepudiation as well, and no extended key usage. */
    private static boolean isForAuthentication(X509Certificate certificate) {
        final int digitalSignature = 0;
        final int nonRepudiation = 1;
        final int keyCertSign = 5;
        final int cRLSign = 6;
        try {
            boolean[] usage = certificate.getKeyUsage();
            List<String> extended = certificate.getExtendedKeyUsage();
            return usage != null && usage[digitalSignature] && !usage[nonRepudiation] && !usage[keyCertSign] && !usage[cRLSign]
                && extended != null && extended.contains(CLIENT_AUTHENTICATION);
        } catch (CertificateException e) {
            return false;
        }
    }

    private boolean hasPolicy(X509Certificate certificate) {
        // To a selector no policy would mean any.
        if (policies.isEmpty()) {
            return false;
        }
        X509CertSelector selector = new X509CertSelector();
        try {
            selector.setPolicy(policies);
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException("a configured policy is no object identifier", e);
        }
        return selector.match(certificate);
    }

    private static boolean hasSigned(X509Certificate certificate, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key identifier in one of the two extensions; null where it is not there, or cannot be read. */
    private static byte[] keyIdentifier(X509Certificate certificate, String oid) {
        byte[] extension = certificate.getExtensionValue(oid);
        try {
            return extension == null ? null : keyIdentifier(extension);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static byte[] keyIdentifier(byte[] extension) {
        ByteBuffer value = content(ByteBuffer.wrap(extension));
        int tag = value.get(value.position());
        ByteBuffer inside = content(value);
        if (tag == 0x30) { // the authority's: SEQUENCE { [0] key identifier, … }
            if (!inside.hasRemaining() || inside.get(inside.position()) != (byte) 0x80) {
                return null;
            }
            inside = content(inside);
        }
        byte[] identifier = new byte[inside.remaining()];
        inside.get(identifier);
        return identifier;
    }

    /** What the DER element at the buffer's position holds. */
    private static ByteBuffer content(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xFF;
        if (length >= 0x80) {
            int count = length & 0x7F;
            length = 0;
            for (; count > 0; count--) {
                length = length << 8 | der.get() & 0xFF;
            }
        }
        return der.slice(der.position(), length);
    }

    private static void require(boolean condition, String reason) throws Refusal {
        if (!condition) {
            throw new Refusal(reason);
        }
    }
}
