import classes from './message.module.css';

/** What one segment of an SMS holds, in characters; beyond, a message is several, of a little less each. */
const ONE = { gsm: 160, unicode: 70 } as const;
const EACH = { gsm: 153, unicode: 67 } as const;

/** A text message as a telephone shows it, and into how many it is cut on its way. */
export function SmsMessage({ text }: { readonly text: string }) {
  const segments = smsSegments(text);
  return (
    <div className={classes['phone']}>
      <div className={classes['bubble']}>{text}</div>
      <div className={classes['small']}>
        {text.length} characters, sent as {segments === 1 ? 'one SMS' : `${segments} SMS`}
      </div>
    </div>
  );
}

/** How many text messages the text is; one character outside of the telephone's own alphabet makes all of it wider. */
export function smsSegments(text: string): number {
  const alphabet = /^[\n\r -_a-z{|}~¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΔΦΓΛΩΠΨΣΘΞ€]*$/.test(text)
    ? 'gsm'
    : 'unicode';
  return text.length <= ONE[alphabet] ? 1 : Math.ceil(text.length / EACH[alphabet]);
}
