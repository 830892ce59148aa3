"""Writes Office files and books with the writers that people use, for office_files_test.

usage: write_files.py FOLDER
"""

import datetime
import io
import pathlib
import sys

import docx
import openpyxl
import pptx
from ebooklib import epub
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082")
BOX = (Inches(1), Inches(2), Inches(6), Inches(2))


def element(name, **attributes):
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn("w:" + key), value)
    return made


def numbering_of(document, formats):
    """A numbered list with a level for each (format, text); returns its id."""
    numbering = document.part.numbering_part.element
    levels = "".join(f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{f}"/><w:lvlText w:val="{t}"/></w:lvl>'
                     for i, (f, t) in enumerate(formats))
    number = str(900 + len(numbering))
    # Definitions stand before lists.
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'))
    return number


def in_list(paragraph, number, level=0):
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = int(number)
    return paragraph


def add_link(document, paragraph, address, text):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    link = element("w:hyperlink")
    link.set(qn("r:id"), document.part.relate_to(address, kind, is_external=True))
    run = paragraph.add_run(text)
    link.append(run._r)
    paragraph._p.append(link)


def raw(paragraph, xml):
    """Puts XML into a paragraph; prefixes w, r, mc, wp, wps, a, v are known."""
    spaces = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
              'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
              'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
              'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
              'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
              'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"')
    for node in parse_xml(f"<w:p {spaces}>{xml}</w:p>"):
        paragraph._p.append(node)


def report():
    """Headings, marks, links, lists, a table: what most documents are made of."""
    document = docx.Document()
    core = document.core_properties
    core.title, core.author, core.language, core.comments = "The Report", "Ann Author", "en-GB", "About it"
    document.add_heading("Report *2024*", 0)
    document.add_heading("First part", 1)
    paragraph = document.add_paragraph("Plain, ")
    paragraph.add_run("bold").bold = True
    paragraph.add_run(" and ")
    paragraph.add_run("slanted").italic = True
    paragraph.add_run(" and ")
    paragraph.add_run("gone").font.strike = True
    paragraph.add_run(" and ")
    paragraph.add_run("x = 1").font.name = "Courier New"
    paragraph.add_run(".")
    paragraph = document.add_paragraph("See ")
    add_link(document, paragraph, "https://example.org/a?b=c&d=e", "the page")
    paragraph.add_run(" or ")
    add_link(document, paragraph, "javascript:evil()", "this")
    document.add_heading("Lists", 2)
    for text, style in [("one", "List Bullet"), ("one and a half", "List Bullet 2"), ("two", "List Bullet"), ("first", "List Number"), ("second", "List Number")]:
        document.add_paragraph(text, style)
    document.add_paragraph("Between.")
    document.add_paragraph("third", "List Number")
    document.add_heading("Table", 2)
    table = document.add_table(rows=3, cols=3, style="Table Grid")
    for row, texts in enumerate([("Name", "Count", "Note"), ("a|b", "1", "x"), ("c", "2", "y")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 2).merge(table.cell(2, 2))
    document.add_paragraph("A quote.", "Quote")
    return document


def features():
    """What only some documents have, each in a paragraph of its own."""
    document = docx.Document()
    # As other languages' programs name it; the name inside is the English one.
    style = document.styles.add_style("berschrift1", WD_STYLE_TYPE.PARAGRAPH)
    style.element.find(qn("w:name")).set(qn("w:val"), "Kapitel")
    properties = style.element.get_or_add_pPr()
    properties.append(element("w:outlineLvl", val="0"))
    based = document.styles.add_style("Unterkapitel", WD_STYLE_TYPE.PARAGRAPH)
    based.base_style = style
    document.add_paragraph("By outline level", style)
    document.add_paragraph("By the style it is based on", based)
    number = numbering_of(document, [("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "%3.")])
    for level, text in [(0, "one"), (1, "letter"), (2, "roman"), (2, "roman again"), (1, "next letter"), (0, "two")]:
        in_list(document.add_paragraph(text), number, level)
    chapters = numbering_of(document, [("decimal", "%1"), ("decimal", "%1.%2")])
    in_list(document.add_heading("Numbered", 2), chapters, 0)
    in_list(document.add_heading("Below it", 3), chapters, 1)
    raw(document.add_paragraph(), '<w:r><w:t xml:space="preserve">Kept </w:t></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>inserted</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>DELETED</w:delText></w:r></w:del>'
        '<w:moveFrom w:id="3" w:author="a"><w:r><w:t>MOVED</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t></w:r>')
    box = '<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>'
    raw(document.add_paragraph("Around a box"), '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="1" name="n" descr="A drawn box"/>'
        f'<a:graphic><a:graphicData><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>'
        f'<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>')
    raw(document.add_paragraph("A field: "), '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.org/field" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>linked</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>.</w:t></w:r>')
    raw(document.add_paragraph("A formula: "), '<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>'
        '<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f></m:oMath>')
    code = document.styles.add_style("Source Code", WD_STYLE_TYPE.PARAGRAPH)
    code.font.name = "Consolas"
    document.add_paragraph("def f():", code)
    document.add_paragraph("    return 1  # *not* a mark", code)
    table = document.add_table(rows=2, cols=3, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "c"
    for column in range(3):
        table.cell(1, column).text = str(column)
    document.add_paragraph("Page\tone\nnext line")
    return document


def write_docx(folder):
    report().save(folder / "report.docx")
    features().save(folder / "features.docx")


def slide_of(deck, layout, title):
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text = title
    return slide


def bullets(slide):
    frame = slide.placeholders[1].text_frame
    frame.text = "First"
    for level, text in [(1, "Below"), (2, "Deeper"), (0, "Second")]:
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    run = frame.paragraphs[-1].add_run()
    run.text, run.font.bold = " in bold", True


def deck():
    """Slides of all layouts; the last one made is shown second."""
    deck = pptx.Presentation()
    deck.core_properties.title, deck.core_properties.author = "The Deck", "Dora"
    first = slide_of(deck, 0, "Welcome\vto all")
    first.placeholders[1].text = "A subtitle"
    first.notes_slide.notes_text_frame.text = "Say hello."
    bullets(slide_of(deck, 1, "Points"))
    table_slide = slide_of(deck, 5, "Table")
    table = table_slide.shapes.add_table(3, 2, *BOX).table
    for row, texts in enumerate([("Name", "Sum"), ("a|b", "1"), ("wide", "")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(2, 0).merge(table.cell(2, 1))
    hidden = slide_of(deck, 5, "Secret plan")
    hidden._element.set("show", "0")
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("North", (1.5, 2))
    data.add_series("South", (3, 4))
    chart_slide = slide_of(deck, 5, "Chart")
    chart = chart_slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Sales"
    last = slide_of(deck, 5, "Free")
    text = last.shapes.add_textbox(*BOX).text_frame
    run = text.paragraphs[0].add_run()
    run.text, run.hyperlink.address = "a page", "https://example.org/x"
    run = text.add_paragraph().add_run()
    run.text, run.hyperlink.address = "no page", "javascript:evil()"
    group = last.shapes.add_group_shape()
    group.shapes.add_textbox(*BOX).text_frame.text = "In a group"
    picture = last.shapes.add_picture(io.BytesIO(PNG), *BOX)
    picture._element.nvPicPr.cNvPr.set("descr", "A dot")
    order = deck.slides._sldIdLst
    order.insert(1, order[-1])
    return deck


def workbook():
    """Cells of all types on several sheets, one of them hidden."""
    book = openpyxl.Workbook()
    book.properties.title, book.properties.creator = "The Book", "Olga"
    sheet = book.active
    sheet.title = "Sales & <more>"
    sheet.append(["When", "What", "Sum", "Share", "Done"])
    sheet.append([datetime.date(2024, 5, 6), "a|b", 12.5, 0.125, True])
    sheet.append([datetime.datetime(2024, 5, 6, 13, 45), "second\nline", 1 / 3, 1, False])
    sheet.append([datetime.time(7, 30), "=C2*2", 0.1 + 0.2, None, "#N/A"])
    sheet.append([datetime.timedelta(hours=27, minutes=30)])
    for row in (2, 3):
        sheet.cell(row, 4).number_format = "0.0%"
    sheet["B2"].hyperlink = "https://example.org/cell"
    sheet["A8"] = "after a gap"
    wide = book.create_sheet("Far")
    wide["C3"], wide["XFD1048576"] = "near", "far"
    secret = book.create_sheet("Secret")
    secret["A1"], secret["B1"] = "hidden", "sheet"
    secret.sheet_state = "hidden"
    parts = book.create_sheet("Parts")
    for row in range(1, 5):
        parts.append([f"r{row}", f"b{row}", f"c{row}"])
    parts.row_dimensions[3].hidden = True
    parts.column_dimensions["B"].hidden = True
    return book


def book():
    """Chapters, one of them without a heading of its own, in another order than they were added."""
    book = epub.EpubBook()
    book.set_identifier("id-1")
    book.set_title("The Novel")
    book.set_language("fr")
    book.add_author("Anne A.")
    book.add_author("Bert B.")
    book.add_metadata("DC", "description", "About it")
    two = epub.EpubHtml(title="Chapter two", file_name="text/two.xhtml", content="<p>Plain <i>text</i> and <a href='one.xhtml'>a way back</a>.</p>")
    one = epub.EpubHtml(title="Chapter one", file_name="text/one.xhtml",
                        content="<h1>One</h1><p><a id='x'/>It begins. See <a href='https://example.org/'>outside</a>.</p><img src='../dot.png' alt='A dot'/>")
    book.add_item(two)
    book.add_item(one)
    book.add_item(epub.EpubImage(uid="dot", file_name="dot.png", media_type="image/png", content=PNG))
    book.toc = (one, epub.Link("text/two.xhtml", "Chapter *two*", "two"))
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    book.spine = ["nav", one, two]
    return book


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    write_docx(folder)
    deck().save(folder / "deck.pptx")
    workbook().save(folder / "workbook.xlsx")
    epub.write_epub(folder / "book.epub", book())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
