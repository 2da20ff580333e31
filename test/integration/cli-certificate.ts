/**
 * A certificate that signs itself, with its key: for `bookings.example.test` and `localhost`, valid from 2020 to 2120.
 * It protects nothing: only servers of the tests use it, on loopback.
 */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjTCCATKgAwIBAgIBATAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBNDYWxlbmRh
ciBTeW5jIHRlc3RzMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAe
MRwwGgYDVQQDDBNDYWxlbmRhciBTeW5jIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEmO8xNZdWPhPtpyR7442b4d3ntznVxyMJgsNC6Pk8J2KRyRTFfXbL
oznpxV6L2W2/gL0VNL9ftSn1c8+fiMQ1DqNfMF0wDwYDVR0TAQH/BAUwAwEB/zAr
BgNVHREEJDAighVib29raW5ncy5leGFtcGxlLnRlc3SCCWxvY2FsaG9zdDAdBgNV
HQ4EFgQUNz+oP8Dq9WB674XxZLp7cmxpss8wCgYIKoZIzj0EAwIDSQAwRgIhANAF
ScC7fN5e+ifJJH0AR/nEqxP5VHsQv/gdZQeT+6OPAiEA1zkCzTxLielsUNzJ8b/g
PVeGiGZ8ItqR6Ane34piBvU=
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZyVl0koUJbzW7QnF
/3jp6iA40Z9Bl+6wPUpFxgsQCeChRANCAASY7zE1l1Y+E+2nJHvjjZvh3ee3OdXH
IwmCw0Lo+TwnYpHJFMV9dsujOenFXovZbb+AvRU0v1+1KfVzz5+IxDUO
-----END PRIVATE KEY-----
`;
