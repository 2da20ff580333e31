import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { text } from '../text/text.ts';
import { EmptyState } from './empty-state.tsx';

interface BrokenState {
  readonly failed: boolean;
}

/** Holds what goes wrong in one screen inside of it, with a way on. */
export class Broken extends Component<{ readonly children: ReactNode }, BrokenState> {
  override state: BrokenState = { failed: false };

  static getDerivedStateFromError(): BrokenState {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState
        tone="bad"
        title={text.broken.title}
        body={text.broken.body}
        action={<Button onClick={() => window.location.reload()}>{text.broken.reload}</Button>}
      />
    );
  }
}
