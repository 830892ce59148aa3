CREATE EXTENSION vector;

CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, created_at date NOT NULL);
INSERT INTO users VALUES
  (1, 'Ada', 'ada@example.com', '2024-01-17'), (2, 'Ben', 'ben@example.com', '2024-03-02'),
  (3, 'Carla', 'carla@example.com', '2024-06-30'), (4, 'Dmitri', 'dmitri@example.com', '2025-02-11'),
  (5, 'Esra', 'esra@example.com', '2025-08-24');

CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, total numeric(10,2) NOT NULL, paid boolean NOT NULL);
INSERT INTO orders VALUES
  (1, 1, 24.50, true), (2, 1, 12.00, true), (3, 2, 89.90, false), (4, 3, 7.25, true), (5, 5, 140.00, true), (6, 5, 31.10, false);
COMMENT ON COLUMN orders.total IS 'in euros, with tax';

CREATE TABLE documents (id int PRIMARY KEY, title text NOT NULL, body text NOT NULL, embedding vector(:dimensions));
COMMENT ON TABLE documents IS 'articles of the shop''s blog';
