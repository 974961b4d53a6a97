/** Sessions and login codes of one gateway: a restart ends them. */
import { type AdminSessions, maxSessions, type StoredSession } from '../admin-sessions.ts';

export function openMemoryAdminSessions(): AdminSessions {
  const sessions = new Map<string, StoredSession>();
  const codes = new Map<string, number>();
  return {
    begin: (session, nowMs) => {
      for (const { id, expiresAtMs } of sessions.values()) if (expiresAtMs <= nowMs) sessions.delete(id);
      if (sessions.size >= maxSessions) sessions.delete(sessions.keys().next().value!);
      sessions.set(session.id, session);
    },
    find: (id) => sessions.get(id),
    end: (id) => {
      sessions.delete(id);
    },
    addCode: (hash, expiresAtMs, nowMs) => {
      for (const [code, endsMs] of codes) if (endsMs <= nowMs) codes.delete(code);
      codes.set(hash, expiresAtMs);
    },
    takeCode: (hash) => {
      const expiresAtMs = codes.get(hash);
      codes.delete(hash);
      return expiresAtMs;
    },
  };
}
