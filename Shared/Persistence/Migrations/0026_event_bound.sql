-- The ledger's events are to be kept in parts by position. What stands there becomes the first part as it is: this says
-- up to where it goes. Step 27 checks it, step 28 makes the parts.
--
-- A bound that leaves room for what is appended until then.
do $$
declare
    part_size constant bigint := 100000000;
    drawn bigint;
begin
    select last_value into drawn from ledger.event_position;
    execute format(
        'alter table ledger.event add constraint event_first_part check (position < %s) not valid',
        (drawn / part_size + 2) * part_size);
end
$$;
