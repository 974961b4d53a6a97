/** What the admin API keeps of people and of what they did: in the data directory, or in a Postgres that several gateways share. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminStores } from './admin/principal.ts';
import type { SharedPostgres } from './open-postgres.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { AdminTokens } from './storage/admin-tokens.ts';
import type { AuditLog } from './storage/audit-log.ts';
import { openFileAdminTokens, tokensInFile } from './storage/files/admin-tokens.ts';
import { openFileUsers } from './storage/files/users.ts';
import { openMemoryAdminSessions } from './storage/memory/admin-sessions.ts';
import { openPostgresAdminSessions } from './storage/postgres/admin-sessions.ts';
import { openPostgresAdminTokens } from './storage/postgres/admin-tokens.ts';
import { openPostgresAuditLog } from './storage/postgres/audit-log.ts';
import { openPostgresUsers } from './storage/postgres/users.ts';
import { openSqliteAuditLog } from './storage/sqlite/audit-log.ts';
import type { Users } from './storage/users.ts';

export interface AdminState extends AdminStores {
  auditLog: AuditLog;
  users: Users;
}

type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;

export async function openAdminState(
  dataDir: string,
  postgres: SharedPostgres | undefined,
  log: Log,
  stack: ShutdownStack,
): Promise<AdminState> {
  const auditLog = auditLogOf(join(dataDir, 'audit.db'), postgres, log);
  stack.add(() => auditLog.close());
  const tokensPath = join(dataDir, 'admin-tokens.json');
  const usersPath = join(dataDir, 'users.json');
  if (postgres === undefined)
    return {
      auditLog,
      adminTokens: openFileAdminTokens(tokensPath),
      adminSessions: openMemoryAdminSessions(),
      users: openFileUsers(usersPath),
    };
  const adminTokens = openPostgresAdminTokens(postgres.forPeople);
  await takeOverTokens(tokensPath, adminTokens, log);
  const users = openPostgresUsers(postgres.forPeople);
  await takeOverUsers(usersPath, users, log);
  return { auditLog, adminTokens, adminSessions: openPostgresAdminSessions(postgres.forPeople), users };
}

function auditLogOf(path: string, postgres: SharedPostgres | undefined, log: Log): AuditLog {
  const local = openSqliteAuditLog(path);
  if (postgres === undefined) return local;
  return openPostgresAuditLog({
    connection: postgres.forPeople,
    local,
    onFault: (fault) => {
      if (fault !== undefined)
        log.error({ error: fault.message }, 'the audit log is kept here until Postgres takes it');
      else log.info({}, 'the audit log is delivered to Postgres again');
    },
  });
}

/** Once: a token that is deleted later must not come back with the file at the next start. */
async function takeOverTokens(path: string, adminTokens: AdminTokens, log: Log): Promise<void> {
  if (!existsSync(path)) return;
  for (const { token, hash } of tokensInFile(path)) {
    if (await adminTokens.create(token, hash)) continue;
    if ((await adminTokens.findByHash(hash))?.name !== token.name)
      log.warn(
        { token: token.name },
        'this admin token is not taken over: another one in Postgres has its name. Make it anew',
      );
  }
  renameSync(path, `${path}.taken-over`);
  log.info({}, 'admin tokens were moved from the data directory to Postgres');
}

/** Once, as tokens. */
async function takeOverUsers(path: string, users: Users, log: Log): Promise<void> {
  if (!existsSync(path)) return;
  for (const user of await openFileUsers(path).list()) {
    if (await users.create(user)) continue;
    log.warn({ user: user.name }, 'this user is not taken over: another one in Postgres has the name');
  }
  renameSync(path, `${path}.taken-over`);
  log.info({}, 'users were moved from the data directory to Postgres');
}
