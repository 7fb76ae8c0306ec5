"""What an agent works with: records, schemas, documents, models. Imports nothing else of ours."""
