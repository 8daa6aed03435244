# The exports of `keratin.summary`, see `keratin/__init__.pyi`.

from keratin.summary import experimental as experimental
from keratin.summary._graph import graph as graph
from keratin.summary._graph import trace_export as trace_export
from keratin.summary._graph import trace_off as trace_off
from keratin.summary._graph import trace_on as trace_on
from keratin.summary._media import audio as audio
from keratin.summary._media import image as image
from keratin.summary._media import text as text
from keratin.summary._numbers import histogram as histogram
from keratin.summary._numbers import scalar as scalar
from keratin.summary._server import launch as launch
from keratin.summary._state import record_if as record_if
from keratin.summary._state import should_record_summaries as should_record_summaries
from keratin.summary._write import write as write
from keratin.summary._writer import SummaryWriter as SummaryWriter
from keratin.summary._writer import create_file_writer as create_file_writer
from keratin.summary._writer import create_noop_writer as create_noop_writer
from keratin.summary._writer import flush as flush
