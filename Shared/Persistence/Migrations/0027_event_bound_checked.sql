-- Reads every event once, beside everything else: neither readers nor writers wait. Afterwards step 28 need not read them.
alter table ledger.event validate constraint event_first_part;
