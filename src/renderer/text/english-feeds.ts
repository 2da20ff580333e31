import type { Visibility } from '../../shared/domain/mapping.ts';

/** Feeds. */
export const englishFeeds = {
  feeds: {
    title: 'Feeds',
    lead: 'Links that show bookings in other people’s calendar apps, read-only',
    add: 'Create a feed',
    emptyTitle: 'There is no feed yet',
    emptyBody:
      'A feed is a link. Whoever has it can subscribe to the bookings of one technician or one project.',
    failed: 'The feeds could not be loaded',
    ofTechnician: 'All bookings of a technician',
    ofProject: 'All bookings of a project',
    states: {
      local: 'On this computer',
      published: 'Published',
      'not-published': 'Not published yet',
      off: 'Switched off',
    },
    whoSees: {
      'busy-only': 'Whoever has the link sees when there are bookings, and nothing else of them.',
      details: 'Whoever has the link sees everything about the bookings, customers included.',
    } satisfies Record<Visibility, string> as Readonly<Record<Visibility, string>>,
    offBody: 'Its links stopped working. Switching it on gives it a new one.',
    notPublishedBody: 'The booking system is told again after the next sync.',
    localLink: 'On this computer',
    localHint: 'For calendar apps on this computer, while Calendar Sync runs',
    publishedLink: 'Anywhere',
    publishedHint: 'Hosted by the booking system, also while this computer is off',
    noLink: 'Its link is not known on this computer. A new link makes it work here.',
    copyOf: (where: string, name: string) => `Copy link, ${where.toLowerCase()}, of ${name}`,
    qr: 'QR code',
    qrOf: (name: string) => `QR code of ${name}`,
    qrTitle: (name: string) => `“${name}” on a phone`,
    qrBody:
      'Point the phone’s camera at it and choose to subscribe. Whoever photographs it has the link too.',
    qrLabel: 'QR code of the link',
    more: (name: string) => `More for ${name}`,
    rotate: 'New link…',
    rotateTitle: (name: string) => `A new link for “${name}”?`,
    rotateBody:
      'The old link stops working at once, for everybody who has it. Give the new one to those who may still see the bookings.',
    rotateAction: 'Replace the link',
    rotated: 'The feed has a new link. The old one stopped working.',
    switchOn: 'Switch on with a new link',
    disable: 'Switch off…',
    disableTitle: (name: string) => `Switch off “${name}”?`,
    disableBody:
      'Its link stops working at once, for everybody who has it. The bookings themselves stay as they are.',
    disableAction: 'Switch off',
    disabled: 'The feed is switched off. Its link stopped working.',
    pending: (why: string) =>
      `The booking system does not follow yet; it is told again after the next sync. ${why}`,

    createTitle: 'Create a feed',
    kind: 'Bookings of',
    kinds: { technician: 'A technician', project: 'A project' },
    technician: 'Technician',
    project: 'Project',
    noProjects: 'There is no project yet that you can see.',
    visibility: 'Who has the link sees',
    visibilities: {
      'busy-only': { name: 'Busy times only', hint: 'When there are bookings, and nothing else of them.' },
      details: {
        name: 'Everything about the bookings',
        hint: 'Title, place, notes and customer. Give the link only to people who may know them.',
      },
    } satisfies Record<Visibility, object>,
    publish: 'Publish it, so that it works anywhere',
    publishHint:
      'The booking system hosts it, also while this computer is off. Otherwise it works on this computer only.',
    cannotPublish: 'This booking system does not host feeds. Create it without publishing it.',
    create: 'Create',
    created: (name: string) => `The feed of ${name} was created`,
  },
};
