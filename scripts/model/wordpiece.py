"""Text to token numbers as the uncased BERT models were trained: clean, lower
case, split at punctuation, then the longest known pieces from the left."""
import unicodedata

WORD_CHARACTERS_MAX = 100


class WordPiece:
    def __init__(self, vocabulary_path):
        with open(vocabulary_path, encoding="utf-8") as file:
            self.numbers = {line.rstrip("\n"): number for number, line in enumerate(file)}
        self.unknown = self.numbers["[UNK]"]
        self.first = self.numbers["[CLS]"]
        self.last = self.numbers["[SEP]"]

    def encode(self, text, tokens_max):
        """At most tokens_max numbers, the two marks at the ends included."""
        tokens = []
        for word in split_words(normalize(text)):
            tokens += self._pieces(word)
            if len(tokens) >= tokens_max - 2:
                break
        return [self.first, *tokens[:tokens_max - 2], self.last]

    def _pieces(self, word):
        if len(word) > WORD_CHARACTERS_MAX:
            return [self.unknown]
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start and self._number(word, start, end) is None:
                end -= 1
            if end == start:
                return [self.unknown]
            pieces.append(self._number(word, start, end))
            start = end
        return pieces

    def _number(self, word, start, end):
        return self.numbers.get(("##" if start else "") + word[start:end])


def normalize(text):
    cleaned = []
    for character in text:
        if character in "\t\n\r":
            cleaned.append(" ")
        elif character in "\0\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
            continue
        elif is_ideograph(ord(character)):
            cleaned.append(f" {character} ")
        else:
            cleaned.append(character)
    decomposed = unicodedata.normalize("NFD", "".join(cleaned))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").lower()


def split_words(text):
    word = ""
    for character in text:
        if character.isspace():
            if word:
                yield word
            word = ""
        elif is_punctuation(character):
            if word:
                yield word
            yield character
            word = ""
        else:
            word += character
    if word:
        yield word


def is_punctuation(character):
    code = ord(character)
    if code < 128:
        return not character.isalnum() and 32 < code < 127
    return unicodedata.category(character).startswith("P")


def is_ideograph(code):
    return (0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x2A6DF
            or 0x2A700 <= code <= 0x2B73F or 0x2B740 <= code <= 0x2B81F or 0x2B820 <= code <= 0x2CEAF
            or 0xF900 <= code <= 0xFAFF or 0x2F800 <= code <= 0x2FA1F)
