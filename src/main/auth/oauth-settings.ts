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
      'GOOGLE_CLIENT_ID is not set. Ask your administrator for the id of the OAuth client (type "Desktop app") and set it.',
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
