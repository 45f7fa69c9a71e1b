import { defineConfig } from "@playwright/test";

const port = 3000;
const authorities = "node_modules/jpkid-testing/authorities";

export default defineConfig({
  testDir: "tests",
  // A log-in takes a second; a busy CI machine has its pauses.
  expect: { timeout: 15_000 },
  use: { baseURL: `http://localhost:${port}`, trace: "retain-on-failure" },
  webServer: {
    command: "npm start",
    url: `http://localhost:${port}`,
    env: {
      PORT: String(port),
      // The virtual card's authorities: in tests only.
      AUTHENTICATION_CA: `${authorities}/authentication-ca-bundle.pem`,
      SIGNATURE_CA: `${authorities}/signature-ca-bundle.pem`,
    },
  },
});
