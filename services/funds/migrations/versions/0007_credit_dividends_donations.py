"""credit, dividends, donations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import seed_missing_parameters, seed_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Tables of microcredit, risk funds, agreements, dividends, donations and pools, and their facts."""
    op.create_table('loan_uses',
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('allowed', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('label_zh', sa.String(), nullable=False),
    sa.Column('label_en', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'valid_from', name=op.f('pk_loan_uses'))
    )
    op.create_table('loan_households',
    sa.Column('household_id', sa.String(), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.PrimaryKeyConstraint('household_id', name=op.f('pk_loan_households'))
    )
    op.create_table('risk_funds',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('bank_name', sa.String(), nullable=False),
    sa.Column('bank_uscc', sa.String(length=18), nullable=False),
    sa.Column('multiple', sa.BigInteger(), nullable=False),
    sa.Column('fund_share', sa.String(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('multiple >= 1', name=op.f('ck_risk_funds_multiple_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_funds')),
    sa.UniqueConstraint('county_code', 'bank_uscc', name='uq_risk_funds_bank')
    )
    op.create_index(op.f('ix_risk_funds_division_code'), 'risk_funds', ['division_code'], unique=False)
    op.create_table('risk_fund_deposits',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('risk_fund_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('deposited_on', sa.Date(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_risk_fund_deposits_amount_positive')),
    sa.ForeignKeyConstraint(['risk_fund_id'], ['risk_funds.id'], name=op.f('fk_risk_fund_deposits_risk_fund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_fund_deposits')),
    sa.UniqueConstraint('bank_reference', name='uq_risk_fund_deposits_bank_reference')
    )
    op.create_index(op.f('ix_risk_fund_deposits_risk_fund_id'), 'risk_fund_deposits', ['risk_fund_id'], unique=False)
    op.create_table('loans',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('household_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('household_version', sa.BigInteger(), nullable=True),
    sa.Column('name_masked', sa.String(), nullable=True),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('term_months', sa.BigInteger(), nullable=False),
    sa.Column('annual_rate', sa.String(), nullable=False),
    sa.Column('use_code', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('applied_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('last_step_on', sa.Date(), nullable=False),
    sa.Column('village_person', sa.String(), nullable=True),
    sa.Column('township_person', sa.String(), nullable=True),
    sa.Column('county_person', sa.String(), nullable=True),
    sa.Column('bank_person', sa.String(), nullable=True),
    sa.Column('disbursed_person', sa.String(), nullable=True),
    sa.Column('disbursed_on', sa.Date(), nullable=True),
    sa.Column('disbursed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disbursed_by', sa.String(), nullable=True),
    sa.Column('disbursement_no', sa.String(length=64), nullable=True),
    sa.Column('bank_office', sa.String(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('subsidy_share', sa.String(), nullable=True),
    sa.Column('day_count', sa.BigInteger(), nullable=True),
    sa.Column('overdue_on', sa.Date(), nullable=True),
    sa.Column('risk_fund_id', sa.BigInteger(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint("state in ('applied','village_reviewed','township_reviewed','county_checked','approved','refused','disbursed','repaid')", name=op.f('ck_loans_state')),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_loans_amount_positive')),
    sa.CheckConstraint('term_months >= 1', name=op.f('ck_loans_term_positive')),
    sa.CheckConstraint('village_person <> entered_person and township_person not in (entered_person, village_person) and county_person not in (entered_person, village_person, township_person) and bank_person not in (entered_person, village_person, township_person, county_person) and disbursed_person not in (entered_person, village_person, township_person, county_person, bank_person)', name=op.f('ck_loans_other_persons')),
    sa.ForeignKeyConstraint(['risk_fund_id'], ['risk_funds.id'], name=op.f('fk_loans_risk_fund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loans')),
    sa.UniqueConstraint('disbursement_no', name='uq_loans_disbursement_no')
    )
    op.create_index(op.f('ix_loans_county_code_state'), 'loans', ['county_code', 'state'], unique=False)
    op.create_index(op.f('ix_loans_division_code'), 'loans', ['division_code'], unique=False)
    op.create_index(op.f('ix_loans_household_id'), 'loans', ['household_id'], unique=False)
    op.create_index(op.f('ix_loans_risk_fund_id'), 'loans', ['risk_fund_id'], unique=False)
    op.create_table('loan_repayments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('loan_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('repaid_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_loan_repayments_amount_positive')),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], name=op.f('fk_loan_repayments_loan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loan_repayments')),
    sa.UniqueConstraint('bank_reference', name='uq_loan_repayments_bank_reference')
    )
    op.create_index(op.f('ix_loan_repayments_loan_id'), 'loan_repayments', ['loan_id'], unique=False)
    op.create_table('interest_subsidies',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('prepared_on', sa.Date(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('prepared','approved','refused')", name=op.f('ck_interest_subsidies_state')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_interest_subsidies_two_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interest_subsidies'))
    )
    op.create_index('uq_interest_subsidies_quarter', 'interest_subsidies', ['county_code', 'quarter'], unique=True, postgresql_where=sa.text("state <> 'refused'"))
    op.create_table('interest_subsidy_lines',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('subsidy_id', sa.BigInteger(), nullable=False),
    sa.Column('loan_id', sa.BigInteger(), nullable=False),
    sa.Column('through_on', sa.Date(), nullable=False),
    sa.Column('fen_days', sa.BigInteger(), nullable=False),
    sa.Column('annual_rate', sa.String(), nullable=False),
    sa.Column('day_count', sa.BigInteger(), nullable=False),
    sa.Column('subsidy_share', sa.String(), nullable=False),
    sa.Column('due_to_date_fen', sa.BigInteger(), nullable=False),
    sa.Column('granted_before_fen', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_interest_subsidy_lines_amount_not_negative')),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], name=op.f('fk_interest_subsidy_lines_loan_id')),
    sa.ForeignKeyConstraint(['subsidy_id'], ['interest_subsidies.id'], name=op.f('fk_interest_subsidy_lines_subsidy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interest_subsidy_lines')),
    sa.UniqueConstraint('subsidy_id', 'loan_id', name='uq_interest_subsidy_lines_loan')
    )
    op.create_index(op.f('ix_interest_subsidy_lines_loan_id'), 'interest_subsidy_lines', ['loan_id'], unique=False)
    op.create_table('risk_compensations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('risk_fund_id', sa.BigInteger(), nullable=False),
    sa.Column('loan_id', sa.BigInteger(), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('overdue_since', sa.Date(), nullable=False),
    sa.Column('outstanding_fen', sa.BigInteger(), nullable=False),
    sa.Column('fund_share', sa.String(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('claimed_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('claimed','approved','refused')", name=op.f('ck_risk_compensations_state')),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_risk_compensations_amount_positive')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_risk_compensations_two_persons')),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], name=op.f('fk_risk_compensations_loan_id')),
    sa.ForeignKeyConstraint(['risk_fund_id'], ['risk_funds.id'], name=op.f('fk_risk_compensations_risk_fund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_compensations'))
    )
    op.create_index(op.f('ix_risk_compensations_risk_fund_id'), 'risk_compensations', ['risk_fund_id'], unique=False)
    op.create_index('uq_risk_compensations_once', 'risk_compensations', ['loan_id'], unique=True, postgresql_where=sa.text("state <> 'refused'"))
    op.create_table('risk_recoveries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('compensation_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('recovered_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_risk_recoveries_amount_positive')),
    sa.ForeignKeyConstraint(['compensation_id'], ['risk_compensations.id'], name=op.f('fk_risk_recoveries_compensation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_recoveries')),
    sa.UniqueConstraint('bank_reference', name='uq_risk_recoveries_bank_reference')
    )
    op.create_index(op.f('ix_risk_recoveries_compensation_id'), 'risk_recoveries', ['compensation_id'], unique=False)
    op.create_table('agreements',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('household_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('household_version', sa.BigInteger(), nullable=True),
    sa.Column('name_masked', sa.String(), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('entered','in_force','refused')", name=op.f('ck_agreements_state')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_agreements_two_persons')),
    sa.CheckConstraint('signed_on <= valid_from and valid_from <= valid_to', name=op.f('ck_agreements_days_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreements')),
    sa.UniqueConstraint('county_code', 'number', name='uq_agreements_number')
    )
    op.create_index(op.f('ix_agreements_division_code'), 'agreements', ['division_code'], unique=False)
    op.create_index(op.f('ix_agreements_household_id'), 'agreements', ['household_id'], unique=False)
    op.create_table('agreement_parties',
    sa.Column('agreement_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('uscc', sa.String(length=18), nullable=True),
    sa.Column('duties', sa.String(), nullable=False),
    sa.CheckConstraint("role in ('household','enterprise','village','bank','government')", name=op.f('ck_agreement_parties_role')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_parties_agreement_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'role', name=op.f('pk_agreement_parties'))
    )
    op.create_table('agreement_amounts',
    sa.Column('agreement_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('from_role', sa.String(), nullable=False),
    sa.Column('to_role', sa.String(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_agreement_amounts_amount_positive')),
    sa.CheckConstraint('from_role <> to_role', name=op.f('ck_agreement_amounts_two_parties')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_amounts_agreement_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'number', name=op.f('pk_agreement_amounts'))
    )
    op.create_table('dividend_priority_groups',
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=False),
    sa.Column('label_zh', sa.String(), nullable=False),
    sa.Column('label_en', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_dividend_priority_groups'))
    )
    op.create_table('dividend_shares',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('household_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('household_version', sa.BigInteger(), nullable=True),
    sa.Column('name_masked', sa.String(), nullable=True),
    sa.Column('enterprise_name', sa.String(), nullable=False),
    sa.Column('enterprise_uscc', sa.String(length=18), nullable=False),
    sa.Column('agreement_id', sa.BigInteger(), nullable=True),
    sa.Column('allocation_id', sa.BigInteger(), nullable=True),
    sa.Column('loan_id', sa.BigInteger(), nullable=True),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('annual_rate', sa.String(), nullable=False),
    sa.Column('floor_rate', sa.String(), nullable=False),
    sa.Column('floor_source', sa.String(), nullable=False),
    sa.Column('priority_group', sa.String(length=64), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('entered','held','refused')", name=op.f('ck_dividend_shares_state')),
    sa.CheckConstraint('(allocation_id is null) <> (loan_id is null)', name=op.f('ck_dividend_shares_one_origin')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_dividend_shares_two_persons')),
    sa.CheckConstraint('principal_fen >= 1', name=op.f('ck_dividend_shares_principal_positive')),
    sa.CheckConstraint('starts_on < ends_on', name=op.f('ck_dividend_shares_days_in_order')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_dividend_shares_agreement_id')),
    sa.ForeignKeyConstraint(['allocation_id'], ['allocations.id'], name=op.f('fk_dividend_shares_allocation_id')),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], name=op.f('fk_dividend_shares_loan_id')),
    sa.ForeignKeyConstraint(['priority_group'], ['dividend_priority_groups.code'], name=op.f('fk_dividend_shares_priority_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dividend_shares'))
    )
    op.create_index(op.f('ix_dividend_shares_allocation_id'), 'dividend_shares', ['allocation_id'], unique=False)
    op.create_index(op.f('ix_dividend_shares_county_code_state'), 'dividend_shares', ['county_code', 'state'], unique=False)
    op.create_index(op.f('ix_dividend_shares_division_code'), 'dividend_shares', ['division_code'], unique=False)
    op.create_index(op.f('ix_dividend_shares_household_id'), 'dividend_shares', ['household_id'], unique=False)
    op.create_index(op.f('ix_dividend_shares_loan_id'), 'dividend_shares', ['loan_id'], unique=False)
    op.create_table('dividend_payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('share_id', sa.BigInteger(), nullable=False),
    sa.Column('year_number', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_dividend_payments_amount_positive')),
    sa.ForeignKeyConstraint(['share_id'], ['dividend_shares.id'], name=op.f('fk_dividend_payments_share_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dividend_payments')),
    sa.UniqueConstraint('bank_reference', name='uq_dividend_payments_bank_reference')
    )
    op.create_index(op.f('ix_dividend_payments_share_id'), 'dividend_payments', ['share_id'], unique=False)
    op.create_table('donation_receipt_numbers',
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('year', sa.BigInteger(), nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('county_code', 'year', name=op.f('pk_donation_receipt_numbers'))
    )
    op.create_table('donations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('receipt_year', sa.BigInteger(), nullable=False),
    sa.Column('receipt_number', sa.BigInteger(), nullable=False),
    sa.Column('donor_kind', sa.String(), nullable=False),
    sa.Column('donor_name', sa.String(), nullable=True),
    sa.Column('donor_uscc', sa.String(length=18), nullable=True),
    sa.Column('public_name', sa.String(), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('project_code', sa.String(length=64), nullable=True),
    sa.Column('programme', sa.String(length=64), nullable=True),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_donations_amount_positive')),
    sa.CheckConstraint('public_name is null or donor_name is not null', name=op.f('ck_donations_named_before_published')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_donations')),
    sa.UniqueConstraint('bank_reference', name='uq_donations_bank_reference'),
    sa.UniqueConstraint('county_code', 'receipt_year', 'receipt_number', name='uq_donations_receipt')
    )
    op.create_index(op.f('ix_donations_division_code'), 'donations', ['division_code'], unique=False)
    op.create_table('donation_uses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('donation_id', sa.BigInteger(), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('project_code', sa.String(length=64), nullable=True),
    sa.Column('programme', sa.String(length=64), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('used_on', sa.Date(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f('ck_donation_uses_state')),
    sa.CheckConstraint('(project_code is null) <> (programme is null)', name=op.f('ck_donation_uses_one_aim')),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_donation_uses_amount_positive')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_donation_uses_two_persons')),
    sa.ForeignKeyConstraint(['donation_id'], ['donations.id'], name=op.f('fk_donation_uses_donation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_donation_uses'))
    )
    op.create_index(op.f('ix_donation_uses_donation_id'), 'donation_uses', ['donation_id'], unique=False)
    op.create_table('pools',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('lending_ceiling_fen', sa.BigInteger(), nullable=False),
    sa.Column('term_months', sa.BigInteger(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint("kind in ('revolving','industry','mutual_aid')", name=op.f('ck_pools_kind')),
    sa.CheckConstraint('lending_ceiling_fen >= 1', name=op.f('ck_pools_ceiling_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pools')),
    sa.UniqueConstraint('county_code', 'name', name='uq_pools_name')
    )
    op.create_index(op.f('ix_pools_division_code'), 'pools', ['division_code'], unique=False)
    op.create_table('pool_members',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('pool_id', sa.BigInteger(), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('household_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('household_version', sa.BigInteger(), nullable=True),
    sa.Column('name_masked', sa.String(), nullable=True),
    sa.Column('joined_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_pool_members_pool_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_members'))
    )
    op.create_index('uq_pool_members_once', 'pool_members', ['pool_id', 'household_id'], unique=True, postgresql_where=sa.text('left_on is null'))
    op.create_table('pool_contributions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('pool_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('contributed_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_pool_contributions_amount_positive')),
    sa.ForeignKeyConstraint(['member_id'], ['pool_members.id'], name=op.f('fk_pool_contributions_member_id')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_pool_contributions_pool_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_contributions')),
    sa.UniqueConstraint('bank_reference', name='uq_pool_contributions_bank_reference')
    )
    op.create_index(op.f('ix_pool_contributions_pool_id'), 'pool_contributions', ['pool_id'], unique=False)
    op.create_table('pool_lendings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('pool_id', sa.BigInteger(), nullable=False),
    sa.Column('county_code', sa.String(length=12), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('borrower_name', sa.String(), nullable=True),
    sa.Column('borrower_uscc', sa.String(length=18), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('proposed_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_person', sa.String(), nullable=True),
    sa.Column('decided_office', sa.String(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=True),
    sa.CheckConstraint("state in ('proposed','lent','refused','repaid')", name=op.f('ck_pool_lendings_state')),
    sa.CheckConstraint('(member_id is null) <> (borrower_uscc is null)', name=op.f('ck_pool_lendings_one_borrower')),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_pool_lendings_amount_positive')),
    sa.CheckConstraint('decided_person <> entered_person', name=op.f('ck_pool_lendings_two_persons')),
    sa.ForeignKeyConstraint(['member_id'], ['pool_members.id'], name=op.f('fk_pool_lendings_member_id')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_pool_lendings_pool_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_lendings'))
    )
    op.create_index(op.f('ix_pool_lendings_division_code'), 'pool_lendings', ['division_code'], unique=False)
    op.create_index(op.f('ix_pool_lendings_member_id'), 'pool_lendings', ['member_id'], unique=False)
    op.create_index(op.f('ix_pool_lendings_pool_id'), 'pool_lendings', ['pool_id'], unique=False)
    op.create_table('pool_repayments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('lending_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('repaid_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=64), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_person', sa.String(), nullable=False),
    sa.Column('entered_office', sa.String(), nullable=False),
    sa.CheckConstraint('amount_fen >= 1', name=op.f('ck_pool_repayments_amount_positive')),
    sa.ForeignKeyConstraint(['lending_id'], ['pool_lendings.id'], name=op.f('fk_pool_repayments_lending_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_repayments')),
    sa.UniqueConstraint('bank_reference', name='uq_pool_repayments_bank_reference')
    )
    op.create_index(op.f('ix_pool_repayments_lending_id'), 'pool_repayments', ['lending_id'], unique=False)
    seed_missing_parameters()
    seed_table("loan_uses")
    seed_table("dividend_priority_groups")


def downgrade() -> None:
    """Parameters stay: what reads them goes with the tables."""
    op.drop_table('pool_repayments')
    op.drop_table('pool_lendings')
    op.drop_table('pool_contributions')
    op.drop_table('pool_members')
    op.drop_table('pools')
    op.drop_table('donation_uses')
    op.drop_table('donations')
    op.drop_table('donation_receipt_numbers')
    op.drop_table('dividend_payments')
    op.drop_table('dividend_shares')
    op.drop_table('dividend_priority_groups')
    op.drop_table('agreement_amounts')
    op.drop_table('agreement_parties')
    op.drop_table('agreements')
    op.drop_table('risk_recoveries')
    op.drop_table('risk_compensations')
    op.drop_table('interest_subsidy_lines')
    op.drop_table('interest_subsidies')
    op.drop_table('loan_repayments')
    op.drop_table('loans')
    op.drop_table('risk_fund_deposits')
    op.drop_table('risk_funds')
    op.drop_table('loan_households')
    op.drop_table('loan_uses')
