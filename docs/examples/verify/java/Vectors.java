import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prints the verdict on each vector of a file. Usage: Vectors FILE */
final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Vectors() {}

    public static void main(String[] arguments) throws Exception {
        JsonNode file = JSON.readTree(new File(arguments[0]));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (JsonNode vector : file.get("vectors")) {
            List<X509Certificate> authorities = new ArrayList<>();
            for (JsonNode name : vector.get("trusted")) {
                byte[] der = file.get("authorities").get(name.asText()).binaryValue();
                authorities.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
            Set<String> policies = new HashSet<>();
            vector.get("policies").forEach(policy -> policies.add(policy.asText()));
            Verifier verifier = new Verifier(vector.get("origin").asText(), authorities, policies);
            System.out.println(vector.get("name").asText() + " " + verdict(verifier, vector));
        }
    }

    private static String verdict(Verifier verifier, JsonNode vector) {
        try {
            verifier.verify(
                object(vector.get("token").asText()),
                vector.get("nonce").asText(),
                Instant.parse(vector.get("nonceIssued").asText()),
                Instant.parse(vector.get("now").asText()));
            return "accept";
        } catch (Verifier.Refusal refusal) {
            return refusal.getMessage();
        }
    }

    private static Map<String, Object> object(String text) {
        try {
            return JSON.readValue(text, new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
