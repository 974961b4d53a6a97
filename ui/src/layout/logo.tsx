export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#3b5bdb" />
      <path d="M8 9h16v4h-6v12h-4V13H8z" fill="#fff" />
    </svg>
  );
}
