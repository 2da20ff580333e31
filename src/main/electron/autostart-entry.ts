/**
 * What Linux desktops start at login.
 * https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 *
 * @param binary absolute path
 */
export function autostartEntry(binary: string): string {
  // Escaped twice: as a quoted argument, and as a string of the file.
  const argument = binary.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Calendar Sync',
    `Exec="${argument.replaceAll('\\', String.raw`\\`)}" --hidden`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
