"""The published examples of the database and document tools, each as a question to a model
and as the call that serves it."""
from dataclasses import dataclass, field

PAGE, REPORT = "{site}/handbook.html", "{site}/report.pdf"
ATTACHMENT = {"db_attachment": "HEROKU_POSTGRESQL_PURPLE_URL"}


@dataclass
class Example:
    name: str       # of the tool
    prompt: str     # {site} stands for the web site's address
    arguments: dict
    wanted: list    # each of these has to be in the tool's result
    tool_params: dict = field(default_factory=dict)

    def asked(self, site):
        return self.prompt.replace("{site}", site)

    def call(self, site):
        return {key: value.replace("{site}", site) if isinstance(value, str) else value for key, value in self.arguments.items()}

    def tool(self, app):
        return {"type": "heroku_tool", "name": self.name, "runtime_params": {"target_app_name": app, "tool_params": self.tool_params}}


ALL = [
    Example("pg_psql", "Show me all tables in the database",
            {"query": "SELECT tablename FROM pg_tables WHERE schemaname='public'"}, ["documents", "orders", "users"], ATTACHMENT),
    Example("pg_vector_query", "Find similar documents to my query about machine learning",
            {"query_text": "machine learning"}, ["How machines learn", " distance "],
            {**ATTACHMENT, "table_name": "documents", "vector_column": "embedding"}),
    Example("postgres_get_schema", "Which tables are there, and how are they connected?", {},
            ["public.orders (table", "user_id"], ATTACHMENT),
    Example("doc_reader", f"What does {PAGE} say about returns?", {"url": PAGE, "query": "returns"}, ["30 days"]),
    Example("html_to_markdown", f"Convert {PAGE} to Markdown. What does sending to the islands cost?", {"url": PAGE},
            ["## Sending orders", "| Islands"]),
    Example("pdf_to_markdown", f"Read {REPORT}. How many orders were there in the fourth quarter?", {"url": REPORT},
            ["# Page 1", "760"]),
]
