CREATE TABLE cases (
    case_no text PRIMARY KEY,
    charge text NOT NULL UNIQUE,
    amount_cents integer NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'approved', 'paid', 'rejected')),
    paid_cents integer NOT NULL,
    to_check boolean NOT NULL DEFAULT false
);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases TO agent;
INSERT INTO cases (case_no, charge, amount_cents, status, paid_cents) VALUES
    ('C-01', 'ch_01', 2500, 'approved', 0),
    ('C-02', 'ch_02', 3000, 'approved', 0),
    ('C-03', 'ch_03', 4200, 'approved', 2000),
    ('C-04', 'ch_04', 1990, 'paid', 1990),
    ('C-05', 'ch_05', 6000, 'paid', 6000),
    ('C-06', 'ch_06', 1500, 'rejected', 0),
    ('C-07', 'ch_07', 900, 'rejected', 0),
    ('C-08', 'ch_08', 2200, 'open', 0),
    ('C-09', 'ch_09', 3300, 'open', 0),
    ('C-10', 'ch_10', 1000, 'approved', 0),
    ('C-11', 'ch_11', 2750, 'paid', 2570),
    ('C-12', 'ch_12', 4800, 'paid', 4800);
