"""Any server that speaks OpenAI's protocol, as an engine; what is exported elsewhere is light."""
