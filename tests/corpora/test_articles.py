"""The main text of public pages is found as well as it was."""

import os
import pathlib
import unittest

import article_pages as articles

BUILD = pathlib.Path(os.environ.get("COLLET_BUILD", articles.ROOT / "build" / "release"))
READER = BUILD / "bin" / "collet-read-pages"
WORST_SHOWN = 10


class Articles(unittest.TestCase):
    def scored(self, pages, *options):
        answers = articles.read_all([READER, *options], pages)
        self.assertEqual([], [a for a in answers.values() if "error" in a])
        self.assertEqual(len(answers), len(pages))
        return articles.score(pages, articles.texts_in(answers)), answers

    def worst(self, pages, answers):
        scores = [(articles.score([page], articles.texts_in(answers))["f1"], page.path.parent.name + "/" + page.path.name)
                  for page in pages if answers[str(page.path)]["text"].strip()]
        return "the worst pages:\n" + "\n".join(f"{f1:.3f} {name}" for f1, name in sorted(scores)[:WORST_SHOWN])

    def check(self, pages, pages_min, f1_min):
        self.assertGreaterEqual(len(pages), pages_min)
        score, answers = self.scored(pages)
        print({name: round(value, 4) for name, value in score.items()})
        self.assertGreater(score["f1"], f1_min, self.worst(pages, answers))

    def test_test_pages_of_a_browsers_reader(self):
        self.check(articles.reader_pages(), 118, 0.935)

    def test_annotated_pages_in_many_languages(self):
        self.check(articles.annotated_pages(), 982, 0.913)

    def test_pages_that_no_rule_was_made_for(self):
        self.check(articles.unseen_pages(), 480, 0.912)

    def test_whole_pages_parse_back(self):
        pages = articles.reader_pages() + articles.annotated_pages()
        answers = articles.read_all([READER, "--whole"], pages)
        self.assertEqual([], [answer["path"] for answer in answers.values() if not answer["parses_back"]])

    def test_the_whole_page_loses_next_to_nothing(self):
        pages = articles.reader_pages()
        score, answers = self.scored(pages, "--whole")
        self.assertGreater(score["recall"], 0.96, self.worst(pages, answers))


if __name__ == "__main__":
    unittest.main(verbosity=2)
