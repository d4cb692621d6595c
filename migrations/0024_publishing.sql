-- The office publishes releases over HTTP: the writer's role prepares them as an operator's command does, and enters them.
GRANT SELECT, INSERT ON statistics_release TO ledger_writer;
