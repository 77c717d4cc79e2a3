import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { emailHtml } from './email-html';
import classes from './message.module.css';
import { type JsonObject, textAt } from './payload';

/** An e-mail as a mail program shows it: its subject and either of its two forms. */
export function EmailMessage({ message }: { readonly message: JsonObject }) {
  const [form, setForm] = useState('html');
  const html = textAt(message, 'html');
  const text = textAt(message, 'text') ?? '';
  const shown = useMemo(() => (html === undefined ? undefined : emailHtml(html)), [html]);
  return (
    <div className={classes['mail']}>
      <div className={classes['subject']}>
        <strong>{textAt(message, 'subject')}</strong>
        {html === undefined ? null : (
          <SegmentedControl
            size="xs"
            aria-label="Form of the e-mail"
            value={form}
            onChange={setForm}
            data={[
              { value: 'html', label: 'HTML' },
              { value: 'text', label: 'Plain text' },
            ]}
          />
        )}
      </div>
      {form === 'html' && shown !== undefined ? (
        <div className={classes['html']}>{shown}</div>
      ) : (
        <pre className={classes['plain']}>{text}</pre>
      )}
    </div>
  );
}
