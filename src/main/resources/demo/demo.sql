-- A small shop, generated: the same rows every time.
CREATE TABLE customers (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      text        NOT NULL UNIQUE,
    name       text        NOT NULL,
    country    char(2)     NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE orders (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint      NOT NULL REFERENCES customers,
    status      text        NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'cancelled')),
    placed_at   timestamptz NOT NULL
);
CREATE INDEX orders_of_customer ON orders (customer_id, placed_at);

CREATE TABLE order_items (
    order_id    bigint  NOT NULL REFERENCES orders ON DELETE CASCADE,
    line        integer NOT NULL,
    product     text    NOT NULL,
    quantity    integer NOT NULL CHECK (quantity > 0),
    price_cents integer NOT NULL CHECK (price_cents >= 0),
    PRIMARY KEY (order_id, line)
);

INSERT INTO customers (email, name, country, created_at)
SELECT format('customer%s@example.com', n),
       (ARRAY ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Frances', 'Alan', 'Radia'])[1 + n % 8] || ' ' ||
       (ARRAY ['Lock', 'Weir', 'Sluice', 'Canal', 'Basin', 'Gate', 'Quay'])[1 + n % 7],
       (ARRAY ['NL', 'DE', 'GB', 'FR', 'PA', 'EG'])[1 + n % 6],
       timestamptz '2025-01-01 00:00:00+00' + n * interval '1 hour'
FROM generate_series(1, 1000) AS n;

INSERT INTO orders (customer_id, status, placed_at)
SELECT 1 + (n * 7919) % 1000,
       (ARRAY ['new', 'paid', 'shipped', 'shipped', 'cancelled'])[1 + n % 5],
       timestamptz '2025-03-01 00:00:00+00' + n * interval '17 minutes'
FROM generate_series(1, 3000) AS n;

INSERT INTO order_items (order_id, line, product, quantity, price_cents)
SELECT o.id,
       line,
       (ARRAY ['rope', 'fender', 'anchor', 'lantern', 'windlass', 'boat hook'])[1 + (o.id + line) % 6],
       1 + (o.id * line) % 4,
       499 + 250 * ((o.id + line) % 12)
FROM orders AS o, generate_series(1, 1 + o.id % 3) AS line;
