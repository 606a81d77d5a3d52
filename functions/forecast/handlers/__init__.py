"""How the forecast function handles each event: one module for each verb."""
