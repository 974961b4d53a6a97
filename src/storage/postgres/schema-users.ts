/** The console's users; passwords are in it as scrypt makes them, never as they are. */
export const userTables = `
CREATE TABLE tollgate.console_user (name text COLLATE "C" PRIMARY KEY, account text NOT NULL);
`;
