import { z } from 'zod';
import { AppError } from '../../shared/rpc/errors.ts';
import { parseEndpoint } from '../endpoint.ts';
import type { OAuthService } from './oauth-client.ts';

/** Environment variables as the host read them; the core never looks for itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

const GOOGLE_SCOPE = 'https://www.googleapis.com/auth/';
const EVENTS = `${GOOGLE_SCOPE}calendar.events`;
const EVENTS_READ = `${GOOGLE_SCOPE}calendar.events.readonly`;
const LIST_READ = `${GOOGLE_SCOPE}calendar.calendarlist.readonly`;
const CALENDAR = `${GOOGLE_SCOPE}calendar`;
const CALENDAR_READ = `${GOOGLE_SCOPE}calendar.readonly`;

/** A variable that is set to nothing counts as not set. */
const setting = z
  .string()
  .trim()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

const endpoint = (name: string, fallback: string) =>
  setting.transform((value) => parseEndpoint(name, value ?? fallback).href.replace(/\/$/, ''));

// https://developers.google.com/identity/protocols/oauth2/native-app
const GoogleOAuth = z.object({
  GOOGLE_CLIENT_ID: setting,
  GOOGLE_CLIENT_SECRET: setting,
  GOOGLE_AUTH_URL: endpoint('GOOGLE_AUTH_URL', 'https://accounts.google.com/o/oauth2/v2/auth'),
  GOOGLE_TOKEN_URL: endpoint('GOOGLE_TOKEN_URL', 'https://oauth2.googleapis.com/token'),
  GOOGLE_REVOKE_URL: endpoint('GOOGLE_REVOKE_URL', 'https://oauth2.googleapis.com/revoke'),
});

const GoogleApi = z.object({
  GOOGLE_API_BASE_URL: endpoint('GOOGLE_API_BASE_URL', 'https://www.googleapis.com'),
});

// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
const MicrosoftOAuth = z.object({
  MICROSOFT_CLIENT_ID: setting,
  MICROSOFT_CLIENT_SECRET: setting,
  MICROSOFT_TENANT: setting,
  MICROSOFT_AUTHORITY_URL: endpoint('MICROSOFT_AUTHORITY_URL', 'https://login.microsoftonline.com'),
});

const MicrosoftGraph = z.object({
  MICROSOFT_GRAPH_BASE_URL: endpoint('MICROSOFT_GRAPH_BASE_URL', 'https://graph.microsoft.com'),
});

/**
 * What precedes `/calendar/v3`, without a slash at its end.
 * @throws AppError INVALID_INPUT naming the variable
 */
export function googleApiBaseUrl(environment: Environment): string {
  return GoogleApi.parse(environment).GOOGLE_API_BASE_URL;
}

/**
 * Google as an OAuth service.
 * @throws AppError INVALID_INPUT naming the variable that is missing or wrong
 */
export function googleOAuthService(environment: Environment): OAuthService {
  const settings = GoogleOAuth.parse(environment);
  if (settings.GOOGLE_CLIENT_ID === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      'Signing in to Google is not set up on this computer. Ask your administrator to set it up.',
      {
        command: 'GOOGLE_CLIENT_ID is not set: it is the id of the OAuth client (type “Desktop app”).',
      },
    );
  }
  return {
    name: 'Google',
    authorizationUrl: settings.GOOGLE_AUTH_URL,
    tokenUrl: settings.GOOGLE_TOKEN_URL,
    revokeUrl: settings.GOOGLE_REVOKE_URL,
    clientId: settings.GOOGLE_CLIENT_ID,
    clientSecret: settings.GOOGLE_CLIENT_SECRET ?? null,
    scopes: {
      read: ['openid', 'email', CALENDAR_READ],
      write: ['openid', 'email', EVENTS, LIST_READ],
    },
    sufficient: {
      read: [[CALENDAR_READ], [EVENTS_READ, LIST_READ]],
      write: [[CALENDAR], [EVENTS, LIST_READ], [EVENTS, CALENDAR_READ]],
    },
    authorizationParameters: {
      access_type: 'offline',
      // Google gives a refresh token on first consent only; a computer set up anew must get one too.
      prompt: 'consent',
    },
  };
}

/**
 * What precedes `/v1.0`, without a slash at its end.
 * @throws AppError INVALID_INPUT naming the variable
 */
export function microsoftGraphBaseUrl(environment: Environment): string {
  return MicrosoftGraph.parse(environment).MICROSOFT_GRAPH_BASE_URL;
}

const IDENTITY = ['openid', 'profile', 'email', 'offline_access', 'User.Read'];

/**
 * Microsoft as an OAuth service. The redirect URI to register for its client, as a "Mobile and desktop application", is
 * `http://127.0.0.1/oauth/callback`; which port a sign-in uses is not compared.
 * @throws AppError INVALID_INPUT naming the variable that is missing or wrong
 */
export function microsoftOAuthService(environment: Environment): OAuthService {
  const settings = MicrosoftOAuth.parse(environment);
  if (settings.MICROSOFT_CLIENT_ID === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      'Signing in to Microsoft is not set up on this computer. Ask your administrator to set it up.',
      {
        command:
          'MICROSOFT_CLIENT_ID is not set: it is the application (client) id of the app registration (platform “Mobile and desktop applications”).',
      },
    );
  }
  const tenant = encodeURIComponent(settings.MICROSOFT_TENANT ?? 'common');
  const endpoints = `${settings.MICROSOFT_AUTHORITY_URL}/${tenant}/oauth2/v2.0`;
  return {
    name: 'Microsoft',
    authorizationUrl: `${endpoints}/authorize`,
    tokenUrl: `${endpoints}/token`,
    // A person ends it on their account's page; there is no endpoint for it.
    revokeUrl: null,
    clientId: settings.MICROSOFT_CLIENT_ID,
    clientSecret: settings.MICROSOFT_CLIENT_SECRET ?? null,
    scopes: {
      read: [...IDENTITY, 'Calendars.Read'],
      write: [...IDENTITY, 'Calendars.ReadWrite'],
    },
    sufficient: {
      read: [...spellings(environment, 'Calendars.Read'), ...spellings(environment, 'Calendars.ReadWrite')],
      write: spellings(environment, 'Calendars.ReadWrite'),
    },
    authorizationParameters: {
      response_mode: 'query',
      // Or whoever is signed in to the browser is taken without a word, which need not be the account that is meant.
      prompt: 'select_account',
    },
  };
}

/** Granted scopes come back with or without the resource that they are of. */
function spellings(environment: Environment, scope: string): readonly (readonly string[])[] {
  const resources = new Set(['https://graph.microsoft.com', microsoftGraphBaseUrl(environment)]);
  return [[scope], ...[...resources].map((resource) => [`${resource}/${scope}`])];
}
