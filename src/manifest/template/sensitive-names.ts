/**
 * Common names of environment variables whose values are secrets. Values are not examined, because a token may look like anything.
 */
const names: readonly RegExp[] = [
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY/i,
  /(?:^|_)(?:PWD|PASS|PAT|JWT|DSN|AUTH|BEARER|COOKIE|PIN|OTP)$/i,
  /(?:SIGNING|ENCRYPTION|DECRYPTION|MASTER|SSH|GPG|PGP|HMAC|AUTH|ACCOUNT|DEPLOY|LICEN[CS]E|AES|RSA)_?KEY(?:$|_)/i,
  /CONNECTION_?STRING|(?:DATABASE|DB|REDIS|MONGO(?:DB)?|POSTGRES(?:QL)?|MYSQL|AMQP|BROKER)_?UR[IL]$/i,
];

/** Variables of the shell for folders, which are not passwords. */
const folders = ["PWD"];

/** Reports whether an environment variable has the name of a secret. */
export function isSensitiveName(name: string): boolean {
  return !folders.includes(name) && names.some((form) => form.test(name));
}
