def test_x(postgres_url: str) -> None:
    import psycopg
    with psycopg.connect(postgres_url) as c:
        print(c.execute("select version(), current_schemas(true)").fetchone(), postgres_url)
