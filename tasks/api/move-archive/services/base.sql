-- No key: that is how the shop's software makes it. The agent owns nothing, so it cannot add one.
CREATE TABLE orders (
    number text NOT NULL,
    customer text NOT NULL,
    placed date NOT NULL,
    amount numeric(10, 2),
    items integer NOT NULL,
    coupon text,
    details jsonb NOT NULL,
    source text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO agent;
INSERT INTO orders VALUES
    ('S-0001', 'Mira Solberg', '2024-03-01', 18.00, 1, NULL, '{"weight_kg": 0.25, "gift": false, "shelf": "07"}', 'shop'),
    ('S-0002', 'Nora Fjeld', '2024-03-02', 77.40, 5, 'SPRING', '{"weight_kg": null, "gift": true, "shelf": "05"}', 'shop'),
    ('S-0003', 'Bruno Keller', '2024-03-02', NULL, 2, NULL, '{"weight_kg": 0.8, "gift": false, "shelf": null}', 'shop'),
    ('K-1101', 'Mira Solberg', '2023-11-02', 24.90, 2, NULL, '{"weight_kg": 0.35, "gift": false, "shelf": "07"}', 'archive'),
    ('K-1102', 'Anton Reyes', '2023-11-05', 9.50, 1, 'WELCOME', '{"weight_kg": null, "gift": true, "shelf": "12"}', 'archive'),
    ('K-1103', 'Pia Dahlgren', '2023-11-09', 118.00, 6, NULL, '{"weight_kg": 2.4, "gift": false, "shelf": "07"}', 'archive'),
    ('K-1104', 'Oskar Lindt', '2023-11-16', NULL, 3, NULL, '{"weight_kg": 0.9, "gift": false, "shelf": null}', 'archive'),
    ('K-1105', 'Jette Moor', '2023-11-21', 33.20, 2, 'AUTUMN', '{"weight_kg": null, "gift": false, "shelf": "31"}', 'archive'),
    ('K-1106', 'Samir Haddad', '2023-11-29', 1250.00, 40, NULL, '{"weight_kg": 18.75, "gift": false, "shelf": "02"}', 'archive'),
    ('K-1201', 'Mira Solberg', '2023-12-01', 12.40, 1, NULL, '{"weight_kg": 0.2, "gift": true, "shelf": "07"}', 'archive'),
    ('K-1202', 'Bruno Keller', '2023-12-04', 48.00, 4, 'ADVENT', '{"weight_kg": 1.1, "gift": true, "shelf": "09"}', 'archive');
