import {
  Autocomplete,
  Button,
  Fieldset,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Offer } from '../../api/playground.ts';
import { strings } from '../../strings.ts';
import { KeyPicker } from './key-picker.tsx';

const texts = strings.playground;
const ways = Object.entries(texts.ways).map(([value, label]) => ({ value, label }));

export type Way = keyof typeof texts.ways;

/** What is not in the address: a value never is. */
export interface Settings {
  way: Way;
  value: string;
  system: string;
  maxTokens: number | undefined;
  temperature: number | undefined;
}

export const firstSettings: Settings = {
  way: 'key',
  value: '',
  system: '',
  maxTokens: undefined,
  temperature: undefined,
};

export const idOf = ({ port, host, path }: Offer) => `${port} ${host}${path}`;

interface CallSettingsProps {
  offers: Offer[];
  offer: Offer;
  model: string;
  keyId: string | undefined;
  settings: Settings;
  /** Shown at the fields once something was sent without them. */
  faults: { key?: string; value?: string; model?: string };
  onOffer: (id: string) => void;
  onModel: (model: string) => void;
  onKey: (id: string | undefined) => void;
  onSettings: (change: Partial<Settings>) => void;
}

export function CallSettings(props: CallSettingsProps) {
  const { offers, offer, model, settings, faults, onOffer, onModel, onSettings } = props;
  return (
    <Stack>
      <Select
        label={texts.route}
        description={`${texts.routeHint(offer.host, offer.port)}. ${texts.needs[offer.key]}`}
        data={offers.map((one) => ({
          value: idOf(one),
          label: texts.offer(one.path, texts.apis[one.api], one.route),
        }))}
        value={idOf(offer)}
        onChange={(id) => id !== null && onOffer(id)}
        allowDeselect={false}
      />
      <Fieldset legend={texts.who} p="sm" m={0}>
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            aria-label={texts.who}
            data={ways}
            value={settings.way}
            onChange={(way) => onSettings({ way: way as Way })}
          />
          <Who {...props} />
        </Stack>
      </Fieldset>
      <Autocomplete
        label={texts.model}
        description={texts.modelHint}
        data={offer.models}
        value={model}
        onChange={onModel}
        error={faults.model}
      />
      <Details settings={settings} onSettings={onSettings} />
    </Stack>
  );
}

function Who({ settings, keyId, faults, onKey, onSettings }: CallSettingsProps) {
  if (settings.way === 'key') return <KeyPicker id={keyId} error={faults.key} onPick={onKey} />;
  if (settings.way === 'none') return null;
  return (
    <PasswordInput
      label={texts.value}
      description={texts.valueHint}
      value={settings.value}
      onChange={(event) => onSettings({ value: event.currentTarget.value.trim() })}
      error={faults.value}
      autoComplete="off"
    />
  );
}

function Details({ settings, onSettings }: Pick<CallSettingsProps, 'settings' | 'onSettings'>) {
  const [opened, { toggle }] = useDisclosure(false);
  const number = (value: number | string) => (value === '' ? undefined : Number(value));
  return (
    <div>
      <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={opened}>
        {texts.more}
      </Button>
      {opened && (
        <Stack mt="sm">
          <Textarea
            label={texts.system}
            autosize
            minRows={2}
            maxRows={8}
            value={settings.system}
            onChange={(event) => onSettings({ system: event.currentTarget.value })}
          />
          <NumberInput
            label={texts.maxTokens}
            min={1}
            max={1_000_000}
            allowDecimal={false}
            value={settings.maxTokens ?? ''}
            onChange={(value) => onSettings({ maxTokens: number(value) })}
          />
          <NumberInput
            label={texts.temperature}
            min={0}
            max={2}
            step={0.1}
            value={settings.temperature ?? ''}
            onChange={(value) => onSettings({ temperature: number(value) })}
          />
        </Stack>
      )}
    </div>
  );
}
