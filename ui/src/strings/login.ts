export const loginStrings = {
  title: 'Log in to Tollgate',
  token: 'Admin token or virtual key',
  hint: 'The gateway prints a one-time link at its start. The admin token is in the file admin-token of its data directory; holders log in with their own virtual key.',
  submit: 'Log in',
  missing: 'Enter the admin token or a virtual key.',
  wrong:
    'Not accepted. Check that all of it was copied; a one-time link works once only, the next start of the gateway prints a new one.',
  codeUsed:
    'This one-time link was used already or is too old. Log in with the admin token, or start the gateway again for a new link.',
  user: 'User',
  password: 'Password',
  userMissing: 'Enter your user name.',
  passwordMissing: 'Enter your password.',
  passwordWrong: 'User or password is wrong. An administrator can give you another password.',
  withToken: 'Use a token or virtual key instead',
  withPassword: 'Use user and password instead',
  withProvider: (name: string) => `Log in with ${name}`,
  loggedOut: 'You are logged out here',
  stillThere: (name: string) =>
    `${name} still knows you: whoever uses this browser next could come in again without a password.`,
  leaveProvider: (name: string) => `Log out at ${name} too`,
  newTab: 'It opens in a new tab; come back to this one when you are logged in.',
  problems: {
    no_role:
      'The identity provider knows you, but none of your groups has a role here. Ask an administrator of the gateway to add one of them to its login rules.',
    expired:
      'This login took too long, was begun in another browser or tab, or its address was opened twice. Log in again.',
    refused: 'The identity provider did not log you in: it refused, or the login was cancelled there.',
    unavailable:
      'The identity provider cannot be reached, or its settings here are wrong; the gateway’s log says which. Other ways to log in still work.',
    no_logout:
      'You are logged out here. The identity provider offers no logout, or cannot be reached: log out there yourself.',
    failed: 'What the identity provider sent was not accepted. Log in again; the gateway’s log says why.',
  } as Record<string, string>,
  change: {
    title: 'Change your password',
    current: 'Password until now',
    next: 'New password',
    submit: 'Change password',
    done: 'Your password is changed. Your other sessions have ended.',
  },
};
