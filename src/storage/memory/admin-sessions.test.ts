import { adminSessionsConformance } from '../admin-sessions-conformance.ts';
import { openMemoryAdminSessions } from './admin-sessions.ts';

adminSessionsConformance('memory', async () => ({
  sessions: openMemoryAdminSessions(),
  close: async () => {},
}));
