/** The key that Secrets in Postgres are sealed with, the same for all gateways. */
import { openSecretCipher, type SecretCipher } from '../sqlite/secret-encryption.ts';
import type { PostgresConnection } from './connection.ts';

const keyCheckText = 'resource store key check';

/** A value sealed at the first start tells a wrong key at once, not at the first Secret that is needed. */
export async function openCheckedCipher(
  connection: PostgresConnection,
  keyPath: string,
): Promise<SecretCipher> {
  const read = async () => {
    const [row] = await connection.run((session) =>
      session.query('SELECT key_check FROM tollgate.resource_store'),
    );
    return row?.['key_check'] as string | null;
  };
  const cipher = openSecretCipher(keyPath, (await read()) === null);
  const sealed = Buffer.from(cipher.seal(keyCheckText, 'key check')).toString('base64');
  await connection.run((session) =>
    session.query('UPDATE tollgate.resource_store SET key_check = $1 WHERE key_check IS NULL', [sealed]),
  );
  try {
    cipher.open(Buffer.from(String(await read()), 'base64'), 'key check');
    return cipher;
  } catch {
    throw new Error(
      `${keyPath} is not the key that the Secrets in Postgres were encrypted with: copy the encryption.key of the first gateway there`,
    );
  }
}
