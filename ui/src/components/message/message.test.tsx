import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { show } from '~/testing/show';
import { inlineStyle } from './email-html';
import { MessageView } from './MessageView';
import { storedPayload } from './payload';
import { smsSegments } from './SmsMessage';

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(1)</script>';

function json(type: string, body: unknown) {
  return (
    <MessageView type={type} payload={{ contentType: 'application/json', body: JSON.stringify(body) }} />
  );
}

describe('Slack', () => {
  test('mrkdwn becomes elements, and what is escaped is text', async () => {
    await show(
      json('SLACK_WEBHOOK', {
        text: 'Run `brave-bell` is *Failed* &lt;b&gt;',
        attachments: [
          {
            color: '#eb0000',
            blocks: [
              { type: 'section', text: { type: 'mrkdwn', text: '*Log*\n```a &amp; b```' } },
              {
                type: 'context',
                elements: [{ type: 'mrkdwn', text: '<https://e.example/run?a=1&amp;b=2|Open the run>' }],
              },
            ],
          },
        ],
      }),
    );
    expect(screen.getByText('brave-bell').tagName).toBe('CODE');
    expect(screen.getByText('Failed').tagName).toBe('STRONG');
    expect(screen.getByText(/<b>/)).toBeInTheDocument();
    expect(screen.getByText('a & b').tagName).toBe('PRE');
    expect(screen.getByRole('link', { name: 'Open the run' })).toHaveAttribute(
      'href',
      'https://e.example/run?a=1&b=2',
    );
  });

  test('a link that is none of the web is text', async () => {
    await show(json('SLACK_WEBHOOK', { text: '<javascript:alert(1)|Press me>' }));
    expect(screen.queryByRole('link')).toBeNull();
  });
});

describe('e-mail', () => {
  const html = `<html><head><title>no</title><style>a{}</style></head><body style="background:#fff">
    <table><tr><td style="padding:4px 8px;position:fixed;background:url(x)">${HOSTILE}<a href="https://e.example/">Open</a>
    <a href="javascript:alert(1)" onclick="alert(1)">Bad</a> a style=x</td></tr></table></body></html>`;

  test('only harmless elements, attributes and styles are left', async () => {
    const { container } = await show(json('EMAIL', { subject: 'Failed', text: 'plain words', html }));
    expect(container.querySelector('img[src=x], script, iframe, [onclick], [onerror]')).toBeNull();
    expect(screen.getByRole('link', { name: 'Open' })).toHaveAttribute('href', 'https://e.example/');
    expect(screen.queryByRole('link', { name: 'Bad' })).toBeNull();
    const cell = container.querySelector<HTMLElement>('td');
    expect(cell?.style.padding).toBe('4px 8px');
    expect(cell?.style.position).toBe('');
    expect(cell?.style.background).toBe('');
    expect(cell).toHaveTextContent('a style=x');
  });

  test('the plain text is there too', async () => {
    await show(json('EMAIL', { subject: 'Failed', text: 'plain words', html }));
    await userEvent.click(screen.getByRole('radio', { name: 'Plain text' }));
    expect(screen.getByText('plain words')).toBeInTheDocument();
  });

  test('inline styles are taken apart', () => {
    expect(inlineStyle('font-size:14px; color : #fff;;broken')).toEqual({ fontSize: '14px', color: '#fff' });
  });
});

test('an SMS is its text, and as many as it takes', async () => {
  const payload = { contentType: 'application/x-www-form-urlencoded', body: 'Body=Run+a%0Afailed%21' };
  await show(<MessageView type="TWILIO" payload={payload} />);
  expect(screen.getByText(/Run a\s+failed!/)).toBeInTheDocument();
  expect([
    smsSegments('a'.repeat(160)),
    smsSegments('a'.repeat(161)),
    smsSegments(`${'a'.repeat(70)}–`),
  ]).toEqual([1, 2, 2]);
});

test('an incident shows what PagerDuty would', async () => {
  await show(
    json('PAGERDUTY', {
      event_action: 'trigger',
      dedup_key: 'key',
      payload: { summary: 'Run is Failed', severity: 'critical', custom_details: { failed_task: HOSTILE } },
      links: [{ href: 'https://e.example/', text: 'Open the run' }],
    }),
  );
  expect(screen.getByText('critical')).toBeInTheDocument();
  expect(screen.getByText(HOSTILE)).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Open the run' })).toBeInTheDocument();
});

test('JSON for a program is indented; what is no JSON is shown as it is', async () => {
  const { container } = await show(json('WEBHOOK', { a: [1, 'x', null] }));
  expect(container.querySelector('pre')).toHaveTextContent('{ "a": [ 1, "x", null ] }');
  await show(<MessageView type="WEBHOOK" payload={{ contentType: 'application/json', body: '{broken' }} />);
  expect(screen.getByText('{broken')).toBeInTheDocument();
});

test('a payload that was stored is read, and nothing else', () => {
  expect(storedPayload({ format: 1, content_type: 'a/b', body: 'c' })).toEqual({
    contentType: 'a/b',
    body: 'c',
  });
  expect(storedPayload(null)).toBeUndefined();
  expect(storedPayload({ body: 1 })).toBeUndefined();
});
