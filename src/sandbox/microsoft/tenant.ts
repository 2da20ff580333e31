import type { MicrosoftAccount } from './account.ts';
import { MICROSOFT_SANDBOX_TENANT } from './state.ts';

/** The tenant that personal Microsoft accounts belong to. */
export const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Which accounts may sign in at a tenant, as the path of an authority names it.
 *
 * https://learn.microsoft.com/en-us/entra/identity-platform/msal-client-application-configuration#authority
 * @returns null when there is no such tenant
 */
export function accountsOfTenant(
  tenant: string,
  accounts: readonly MicrosoftAccount[],
): readonly MicrosoftAccount[] | null {
  const name = tenant.toLowerCase();
  switch (name) {
    case 'common':
      return accounts;
    case 'organizations':
      return accounts.filter(({ tenantId }) => tenantId !== PERSONAL_TENANT);
    case 'consumers':
      return accounts.filter(({ tenantId }) => tenantId === PERSONAL_TENANT);
    default: {
      const members = accounts.filter(({ tenantId }) => tenantId.toLowerCase() === name);
      return members.length > 0 || name === MICROSOFT_SANDBOX_TENANT ? members : null;
    }
  }
}
