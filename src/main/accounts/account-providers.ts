import type { ProviderName } from '../../shared/domain/account.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { AccountProvider } from './account-provider.ts';
import { caldavAccounts } from './caldav-accounts.ts';
import { icsAccounts } from './ics-accounts.ts';
import { oauthAccounts } from './oauth-accounts.ts';

const PROVIDERS: Readonly<Partial<Record<ProviderName, AccountProvider>>> = {
  google: oauthAccounts('google'),
  microsoft: oauthAccounts('microsoft'),
  ics: icsAccounts,
  caldav: caldavAccounts,
};

/** @throws AppError INVALID_INPUT for an account of a newer version */
export function accountProvider(name: ProviderName): AccountProvider {
  const known = PROVIDERS[name];
  if (known !== undefined) return known;
  throw new AppError('INVALID_INPUT', `This version cannot sync ${name} accounts. Update Calendar Sync.`);
}
