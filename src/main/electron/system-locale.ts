import { app } from 'electron';

const BRITISH = 'en-GB';

/** How the user of this computer writes dates and numbers, BCP 47, which may be another language than the window's. */
export function systemLocale(): string {
  try {
    return Intl.getCanonicalLocales(app.getSystemLocale())[0] ?? BRITISH;
  } catch {
    // Such as `C`, where nothing is set up.
    return BRITISH;
  }
}
