/**
 * Names of environment variables whose values are secrets, as people and their tools call them. A value is not looked at: a
 * token may look like anything.
 */
const names: readonly RegExp[] = [
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY/i,
  /(?:^|_)(?:PWD|PASS|PAT|JWT|DSN|AUTH|BEARER|COOKIE|PIN|OTP)$/i,
  /(?:SIGNING|ENCRYPTION|DECRYPTION|MASTER|SSH|GPG|PGP|HMAC|AUTH|ACCOUNT|DEPLOY|LICEN[CS]E|AES|RSA)_?KEY(?:$|_)/i,
  /CONNECTION_?STRING|(?:DATABASE|DB|REDIS|MONGO(?:DB)?|POSTGRES(?:QL)?|MYSQL|AMQP|BROKER)_?UR[IL]$/i,
];

/** The shell's own variables for folders, which nobody takes for a password. */
const folders = ["PWD"];

/** Whether an environment variable is named like a secret. */
export function isSensitiveName(name: string): boolean {
  return !folders.includes(name) && names.some((form) => form.test(name));
}
