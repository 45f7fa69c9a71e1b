<?php

declare(strict_types=1);

/** One element of DER: as much of it as certificates need. */
final class Der
{
    private function __construct(
        public readonly int $tag,
        public readonly string $content,
        public readonly string $bytes,
    ) {
    }

    /** The element that is all of `$bytes`. */
    public static function whole(string $bytes): self
    {
        $element = self::first($bytes);
        return $element->bytes === $bytes ? $element : throw new UnexpectedValueException('bytes follow');
    }

    private static function first(string $bytes): self
    {
        strlen($bytes) >= 2 or throw new UnexpectedValueException('cut short');
        [$length, $head] = [ord($bytes[1]), 2];
        if ($length >= 0x80) {
            $count = $length & 0x7F;
            $count >= 1 && $count <= 2 && strlen($bytes) >= 2 + $count or throw new UnexpectedValueException('a length too long');
            $length = (int) hexdec(bin2hex(substr($bytes, 2, $count)));
            $length >= ($count === 1 ? 0x80 : 0x100) or throw new UnexpectedValueException('a length not written shortly');
            $head += $count;
        }
        strlen($bytes) >= $head + $length or throw new UnexpectedValueException('cut short');
        return new self(ord($bytes[0]), substr($bytes, $head, $length), substr($bytes, 0, $head + $length));
    }

    /** @return self[] */
    public function children(): array
    {
        $children = [];
        for ($rest = $this->content; $rest !== ''; $rest = substr($rest, strlen($children[array_key_last($children)]->bytes))) {
            $children[] = self::first($rest);
        }
        return $children;
    }

    /** @return self[] the elements of a SEQUENCE, of which there are so many */
    public function sequence(int $least = 0, int $most = PHP_INT_MAX): array
    {
        $children = $this->only(0x30)->children();
        count($children) >= $least && count($children) <= $most or throw new UnexpectedValueException('another number of elements');
        return $children;
    }

    public function octets(): string
    {
        return $this->only(0x04)->content;
    }

    /** The bytes of a BIT STRING of whole bytes. */
    public function bits(): string
    {
        str_starts_with($this->only(0x03)->content, "\0") or throw new UnexpectedValueException('bits left over');
        return substr($this->content, 1);
    }

    /** @return int[] which bits of a BIT STRING are set */
    public function bitPositions(): array
    {
        $positions = [];
        foreach (str_split(substr($this->only(0x03)->content, 1)) as $index => $byte) {
            for ($bit = 0; $bit < 8; $bit++) {
                if (ord($byte) & (0x80 >> $bit)) {
                    $positions[] = $index * 8 + $bit;
                }
            }
        }
        return $positions;
    }

    public function oid(): string
    {
        [$numbers, $number] = [[], 0];
        foreach (str_split($this->only(0x06)->content) as $byte) {
            $number = $number << 7 | ord($byte) & 0x7F;
            if (ord($byte) < 0x80) {
                $numbers[] = $number;
                $number = 0;
            }
        }
        $first = intdiv(min($numbers[0] ?? 0, 80), 40);
        return implode('.', [$first, ($numbers[0] ?? 0) - 40 * $first, ...array_slice($numbers, 1)]);
    }

    /** UTCTime or GeneralizedTime, in seconds since 1970. */
    public function time(): int
    {
        $text = $this->content;
        if ($this->tag === 0x17) {
            // RFC 5280: two digits are a year from 1950 to 2049.
            $text = (substr($text, 0, 2) < '50' ? '20' : '19') . $text;
        }
        preg_match('/^\d{14}Z$/D', $text) or throw new UnexpectedValueException('no time');
        $time = DateTimeImmutable::createFromFormat('!YmdHis\Z', $text, new DateTimeZone('UTC'));
        return $time ? $time->getTimestamp() : throw new UnexpectedValueException('no time');
    }

    private function only(int $tag): self
    {
        return $this->tag === $tag ? $this : throw new UnexpectedValueException('another element');
    }
}
