import { Alert, Button, Card, Center, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { messageOf } from '~/api/errors';
import { signIn, useKeysNeeded } from '~/api/session';
import { CopyCommand } from '~/components/CopyCommand';
import { signInRoute } from './route';

/** Takes an API key for a session. The key is neither stored nor shown again. */
export function SignInPage() {
  useDocumentTitle('Sign in · Campana');
  const [key, setKey] = useState('');
  const router = useRouter();
  const queries = useQueryClient();
  const keysNeeded = useKeysNeeded();
  const { next } = signInRoute.useSearch();
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: () => {
      queries.clear();
      router.history.push(next ?? '/');
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate(key.trim());
  };

  return (
    <Center component="main" mih="100dvh" p="md">
      <Card withBorder w="100%" maw={420} padding="lg">
        <form onSubmit={submit}>
          <Stack>
            <img src="/campana.svg" alt="" width={40} height={40} />
            <Title order={1}>Sign in to Campana</Title>
            {keysNeeded === false ? (
              <Alert color="blue">
                This server needs no keys: <Link to="/">open the dashboard</Link>.
              </Alert>
            ) : null}
            <PasswordInput
              label="API key"
              description="It is exchanged for a session of this browser."
              autoComplete="current-password"
              required
              value={key}
              onChange={({ currentTarget }) => setKey(currentTarget.value)}
              error={attempt.error === null ? undefined : messageOf(attempt.error)}
            />
            <Button type="submit" loading={attempt.isPending}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              You have no key? An admin makes one under Team, or with
            </Text>
            <CopyCommand command={'campana server create-key "on call"'} />
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
