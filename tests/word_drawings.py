"""Diagrams and charts of Word, whose words stand in parts of their own."""

from __future__ import annotations

from tests.manual_files import Part
from tests.word_parts import OFFICE, TYPE, drawn, in_line

# A diagram: its words in the data part, and once more in the drawing that LibreOffice prints

_DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_DSP = "http://schemas.microsoft.com/office/drawing/2008/diagram"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_POINTS = "".join(
    f'<dgm:pt modelId="{n}"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/><a:lstStyle/>{drawn(text)}'
    "</dgm:t></dgm:pt>"
    for n, text in enumerate(("通告の受理", "緊急の会議"), 1)
)
_DIAGRAM_DATA = (
    f'<dgm:dataModel xmlns:dgm="{_DGM}" xmlns:a="{_A}"><dgm:ptLst><dgm:pt modelId="0" '
    f'type="doc"><dgm:prSet/><dgm:spPr/></dgm:pt>{_POINTS}<dgm:pt modelId="9" type="pres">'
    "<dgm:prSet/><dgm:spPr/></dgm:pt></dgm:ptLst><dgm:cxnLst/><dgm:bg/><dgm:whole/>"
    '<dgm:extLst><a:ext uri="http://schemas.microsoft.com/office/drawing/2008/diagram">'
    f'<dsp:dataModelExt xmlns:dsp="{_DSP}" relId="rIdDrawing" '
    'minVer="http://schemas.openxmlformats.org/drawingml/2006/diagram"/></a:ext></dgm:extLst>'
    "</dgm:dataModel>"
)
_DIAGRAM_DRAWING = (
    f'<dsp:drawing xmlns:dsp="{_DSP}" xmlns:a="{_A}"><dsp:spTree><dsp:nvGrpSpPr><dsp:cNvPr id="0" '
    'name=""/><dsp:cNvGrpSpPr/></dsp:nvGrpSpPr><dsp:grpSpPr/>'
    + "".join(
        f'<dsp:sp modelId="{{{n}}}"><dsp:nvSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvSpPr/>'
        f'</dsp:nvSpPr><dsp:spPr><a:xfrm><a:off x="0" y="{n * 800000}"/><a:ext cx="3000000" '
        'cy="700000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></dsp:spPr>'
        f"<dsp:txBody><a:bodyPr/>{drawn(text)}</dsp:txBody></dsp:sp>"
        for n, text in enumerate(("通告の受理", "緊急の会議"))
    )
    + "</dsp:spTree></dsp:drawing>"
)
DIAGRAM = in_line(
    _DGM,
    f'<dgm:relIds xmlns:dgm="{_DGM}" r:dm="rIdData" r:lo="rIdLayout" r:qs="rIdStyle" '
    'r:cs="rIdColours"/>',
)
DIAGRAM_PARTS = tuple(
    Part(f"rId{name}", relation, f"diagrams/{name.lower()}1.xml", kind, xml)
    for name, relation, kind, xml in (
        ("Data", f"{OFFICE}/diagramData", f"{TYPE}drawingml.diagramData+xml", _DIAGRAM_DATA),
        ("Layout", f"{OFFICE}/diagramLayout", f"{TYPE}drawingml.diagramLayout+xml",
         f'<dgm:layoutDef xmlns:dgm="{_DGM}"/>'),
        ("Style", f"{OFFICE}/diagramQuickStyle", f"{TYPE}drawingml.diagramStyle+xml",
         f'<dgm:styleDef xmlns:dgm="{_DGM}"/>'),
        ("Colours", f"{OFFICE}/diagramColors", f"{TYPE}drawingml.diagramColors+xml",
         f'<dgm:colorsDef xmlns:dgm="{_DGM}"/>'),
        ("Drawing", "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing",
         "application/vnd.ms-office.drawingml.diagramDrawing+xml", _DIAGRAM_DRAWING),
    )
)  # fmt: skip

# Charts: the words stand in the chart's own part

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def points(*texts: str) -> str:
    """What a chart remembers of its cells."""
    return f'<c:ptCount val="{len(texts)}"/>' + "".join(
        f'<c:pt idx="{n}"><c:v>{text}</c:v></c:pt>' for n, text in enumerate(texts)
    )


def _title(text: str) -> str:
    rich = f"<c:rich><a:bodyPr/>{drawn(text)}</c:rich>"
    return f'<c:title><c:tx>{rich}</c:tx><c:overlay val="0"/></c:title>'


def chart(categories: str) -> tuple[Part, ...]:
    """A bar chart with titles, a legend and these categories."""
    xml = (
        f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}"><c:chart>{_title("件数の移り変わり")}'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/>'
        '<c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:strRef>'
        f"<c:f>A1</c:f><c:strCache>{points('系列の名')}</c:strCache></c:strRef></c:tx>"
        f"<c:cat>{categories}</c:cat><c:val><c:numRef><c:f>B2</c:f><c:numCache>"
        f"<c:formatCode>General</c:formatCode>{points('3', '5')}</c:numCache></c:numRef></c:val>"
        '</c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/>'
        '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="b"/>{_title("軸の題")}<c:crossAx val="2"/></c:catAx><c:valAx>'
        '<c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea><c:legend><c:legendPos '
        'val="r"/></c:legend><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )
    return (
        Part("rIdChart", f"{OFFICE}/chart", "charts/chart1.xml", f"{TYPE}drawingml.chart+xml", xml),
    )


CHART = in_line(_C, f'<c:chart xmlns:c="{_C}" r:id="rIdChart"/>')
SCALE = "0123456"
"""What stands on the chart's axis."""
